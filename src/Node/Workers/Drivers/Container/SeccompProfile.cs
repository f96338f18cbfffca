using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// The system calls a sandbox may make; every other one fails with EPERM. An allowlist: what a later kernel adds is
/// refused until somebody has thought about it. Left out on purpose: whatever makes or enters namespaces, mounts,
/// traces or reads other processes, loads code into the kernel (bpf, modules), and the large interfaces with a history
/// of holes that no runtime needs (io_uring, keyctl, userfaultfd, perf_event_open).
/// </summary>
internal static class SeccompProfile
{
    /// <summary>EPERM, for what the list lacks, and ENOSYS.</summary>
    public const int NoPermission = 1, NoSystemCall = 38;

    // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
    private const ulong NamespaceFlags = 0x7E020000;

    private static readonly string[] Files =
    [
        "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3",
        "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat",
        "fcntl", "fdatasync", "fgetxattr", "flistxattr", "flock", "fremovexattr", "fsetxattr", "fstat", "fstatfs", "fsync",
        "ftruncate", "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "inotify_add_watch", "inotify_init",
        "inotify_init1", "inotify_rm_watch", "ioctl", "lchown", "lgetxattr", "link", "linkat", "listxattr", "llistxattr",
        "lremovexattr", "lseek", "lsetxattr", "lstat", "memfd_create", "mkdir", "mkdirat", "mknod", "mknodat", "newfstatat",
        "open", "openat", "openat2", "pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2",
        "read", "readahead", "readlink", "readlinkat", "readv", "removexattr", "rename", "renameat", "renameat2", "rmdir",
        "sendfile", "setxattr", "splice", "stat", "statfs", "statx", "symlink", "symlinkat", "sync", "sync_file_range",
        "syncfs", "tee", "truncate", "umask", "unlink", "unlinkat", "utime", "utimensat", "utimes", "vmsplice", "write", "writev",
    ];

    private static readonly string[] Memory =
    [
        "brk", "get_mempolicy", "madvise", "mbind", "membarrier", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect",
        "mremap", "msync", "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect", "remap_file_pages",
        "set_mempolicy", "map_shadow_stack",
    ];

    private static readonly string[] Processes =
    [
        "arch_prctl", "capget", "capset", "execve", "execveat", "exit", "exit_group", "fork", "get_robust_list",
        "get_thread_area", "getcpu", "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid", "getppid",
        "getpriority", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid", "gettid", "getuid", "ioprio_get",
        "kill", "pidfd_open", "pidfd_send_signal", "prctl", "prlimit64", "rseq", "sched_get_priority_max",
        "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler",
        "sched_rr_get_interval", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler", "sched_yield",
        "seccomp", "set_robust_list", "set_thread_area", "set_tid_address", "setfsgid", "setfsuid", "setgid", "setgroups",
        "setpgid", "setpriority", "setregid", "setresgid", "setresuid", "setreuid", "setrlimit", "setsid", "setuid", "sysinfo",
        "tgkill", "times", "tkill", "uname", "vfork", "wait4", "waitid",
    ];

    private static readonly string[] SignalsAndTime =
    [
        "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday", "nanosleep", "pause",
        "restart_syscall", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
        "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "setitimer", "sigaltstack", "signalfd", "signalfd4", "time",
        "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create",
        "timerfd_gettime", "timerfd_settime",
    ];

    private static readonly string[] WaitingAndTalking =
    [
        "accept", "accept4", "bind", "connect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
        "epoll_wait", "eventfd", "eventfd2", "futex", "futex_waitv", "getpeername", "getrandom", "getsockname", "getsockopt",
        "listen", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink", "msgctl", "msgget",
        "msgrcv", "msgsnd", "poll", "ppoll", "pselect6", "recvfrom", "recvmmsg", "recvmsg", "select", "semctl", "semget",
        "semop", "semtimedop", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shmat", "shmctl", "shmdt", "shmget", "shutdown",
        "io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit",
    ];

    /// <summary>All rules; of several with the same name any may allow the call.</summary>
    public static readonly IReadOnlyList<SeccompRule> Rules =
    [
        new([.. Files, .. Memory, .. Processes, .. SignalsAndTime, .. WaitingAndTalking]),
        new(["clone"], Conditions: [new(0, 0, NamespaceFlags)]),
        // Its flags are behind a pointer that a filter cannot follow. "No such call" makes libraries fall back to clone.
        new(["clone3"], NoSystemCall),
        new(["personality"], Conditions: [new(0, 0)]),
        new(["personality"], Conditions: [new(0, 0xffffffff)]),
        // UNIX, INET, INET6; of netlink only the routing family, which lists interfaces. No packet, vsock or Bluetooth sockets.
        new(["socket", "socketpair"], Conditions: [new(0, 1)]),
        new(["socket"], Conditions: [new(0, 2)]),
        new(["socket"], Conditions: [new(0, 10)]),
        new(["socket"], Conditions: [new(0, 16), new(2, 0)]),
    ];

    /// <summary>The value of <c>linux.seccomp</c> in an OCI configuration, as JSON.</summary>
    public static readonly string Json = new JsonObject
    {
        ["defaultAction"] = "SCMP_ACT_ERRNO",
        ["defaultErrnoRet"] = NoPermission,
        // One architecture: 32-bit calls on a 64-bit kernel have other numbers, and are refused as a whole.
        ["architectures"] = new JsonArray(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64"),
        ["syscalls"] = new JsonArray([.. Rules.Select(ToJson)]),
    }.ToJsonString();

    private static JsonObject ToJson(SeccompRule rule)
    {
        var json = new JsonObject
        {
            ["names"] = new JsonArray([.. rule.Names.Select(name => JsonValue.Create(name))]),
            ["action"] = rule.Error is null ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO",
            ["args"] = new JsonArray([.. (rule.Conditions ?? []).Select(ToJson)]),
        };
        if (rule.Error is { } error)
            json["errnoRet"] = error;
        return json;
    }

    private static JsonObject ToJson(SeccompCondition condition) => condition.Mask is { } mask
        ? new() { ["index"] = condition.Argument, ["op"] = "SCMP_CMP_MASKED_EQ", ["value"] = mask, ["valueTwo"] = condition.Value }
        : new() { ["index"] = condition.Argument, ["op"] = "SCMP_CMP_EQ", ["value"] = condition.Value, ["valueTwo"] = 0 };
}

/// <param name="Error">The errno that the calls fail with; null allows them.</param>
/// <param name="Conditions">All must hold.</param>
internal sealed record SeccompRule(string[] Names, int? Error = null, SeccompCondition[]? Conditions = null);

/// <summary>An argument, counted from 0, has this value in the bits of the mask; without a mask in all 64.</summary>
internal sealed record SeccompCondition(int Argument, ulong Value, ulong? Mask = null);
