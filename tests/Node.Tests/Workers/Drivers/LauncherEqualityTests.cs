using System.Text.RegularExpressions;
using Hearth.Node.Workers.Drivers.Container;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>A function cannot tell our launcher from runc, but where ours is the stricter: each difference is listed here.</summary>
[Collection("sandboxes")]
public sealed partial class LauncherEqualityTests : IAsyncLifetime
{
    private readonly SandboxBench _own = new(data => new ContainerDriver(data, "own")), _runc = new(data => new ContainerDriver(data, "runc"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var bench in (SandboxBench[])[_own, _runc])
        {
            await bench.RemoveAsync();
            ContainerRemains.AssertNone(bench.Data);
        }
    }

    [Fact]
    public async Task The_same_mounts_with_no_fewer_restrictions()
    {
        const string program = """
            for line in open("/proc/self/mountinfo"):
                fields = line.split()
                optional = [field.split(":")[0] for field in fields[6:fields.index("-")]]
                print(fields[4], fields[fields.index("-") + 1], ",".join(sorted(set(fields[5].split(",")) - {"relatime", "noatime"})), ",".join(optional))
            """;
        var (own, runc) = (Mounts(await RunAsync(_own, program)), Mounts(await RunAsync(_runc, program)));

        Assert.Equal(runc.Keys.Order(StringComparer.Ordinal), own.Keys.Order(StringComparer.Ordinal));
        Assert.All(own.Values, mount => Assert.Equal("", mount.Propagation));
        foreach (var (point, mount) in own)
        {
            Assert.Equal(runc[point].Type, mount.Type);
            var (less, more) = (runc[point].Options.Except(mount.Options), mount.Options.Except(runc[point].Options));
            Assert.Empty(less.Except(["rw"]));
            Assert.Empty(more.Except(["ro", "nosuid", "nodev", "noexec"]));
        }

        // A device's mount stays writable: only then a redirection to /dev/null needs no thought.
        Assert.Equal(["/dev/shm", "/proc", "/tmp"], own.Where(mount => mount.Value.Options.Contains("rw") && mount.Value.Type != "devtmpfs").Select(mount => mount.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_same_credentials_filter_and_limits()
    {
        const string program = """
            import os, resource
            own = ("Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp:", "NSpgid", "NSsid", "Umask", "SigBlk")
            print("".join(line for line in open("/proc/self/status") if line.startswith(own)))
            ignored = [int(line.split()[1], 16) for line in open("/proc/self/status") if line.startswith("SigIgn")][0]
            print(hex(ignored & ~(3 << 31))) # 32 and 33 are the C library's own.
            print(open("/proc/self/oom_score_adj").read(), open("/proc/self/uid_map").read().split()[::2], open("/proc/self/setgroups").read())
            print([(name, resource.getrlimit(getattr(resource, name))) for name in dir(resource) if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE"])
            print(os.getcwd(), os.getpgrp(), os.getsid(0), os.getppid(), os.uname()[:2])
            """;
        Assert.Equal(await RunAsync(_runc, program), await RunAsync(_own, program));
    }

    [Fact]
    public async Task The_same_environment_descriptors_and_arguments()
    {
        const string program = """
            import os
            print(sorted(os.environ.items()))
            # 3 is the first process's; the listing has a descriptor of its own.
            print(sorted(os.listdir("/proc/self/fd")), sorted(os.listdir("/proc/1/fd")) if os.access("/proc/1/fd", os.R_OK) else "closed")
            print([os.readlink(f"/proc/self/fd/{n}").split("/")[-1] for n in range(3)])
            print(open("/proc/1/cmdline").read(), open("/proc/self/cmdline").read())
            """;
        Assert.Equal(await RunAsync(_runc, program), await RunAsync(_own, program));
    }

    [Fact]
    public async Task The_same_entries_in_dev_proc_and_the_control_groups()
    {
        const string program = """
            import os, stat
            def entry(path):
                s = os.lstat(path)
                return path, stat.filemode(s.st_mode), s.st_uid, s.st_gid, s.st_rdev, os.readlink(path) if stat.S_ISLNK(s.st_mode) else ""
            # runc has a link to /proc/kcore where the kernel has that, and of version 2 every controller there is.
            def compared(name):
                return name != "core" and not name.startswith(("cpuset.", "hugetlb.", "io.", "misc.", "rdma."))
            for folder in ("/", "/dev", "/sys", "/sys/fs/cgroup"):
                for name in sorted(filter(compared, os.listdir(folder))):
                    print(*entry(folder.rstrip("/") + "/" + name))
            print(sorted(name for name in os.listdir("/proc") if not name.isdigit()))
            for folder in sorted(name for name in os.listdir("/sys/fs/cgroup") if os.path.isdir("/sys/fs/cgroup/" + name)):
                print(folder, sorted(os.listdir("/sys/fs/cgroup/" + folder)))
            print(open("/proc/self/cgroup").read())
            """;
        Assert.Equal(await RunAsync(_runc, program), await RunAsync(_own, program));
    }

    [Fact]
    public async Task The_same_masked_and_read_only_paths()
    {
        var paths = string.Join(", ", Confinement.MaskedPaths.Concat(Confinement.ReadOnlyPaths).Select(path => $"\"{path}\""));
        var program = $"""
            import os, stat
            for path in ({paths}):
                s = os.stat(path)
                print(path, stat.filemode(s.st_mode), s.st_rdev, os.statvfs(path).f_flag & os.ST_RDONLY if stat.S_ISDIR(s.st_mode) else "", len(os.listdir(path)) if "scsi" in path else "")
                try: print(len(open(path).read(10)) if not stat.S_ISDIR(s.st_mode) else "")
                except OSError as error: print(error.errno)
            """;
        Assert.Equal(await RunAsync(_runc, program), await RunAsync(_own, program));
    }

    [Fact]
    public async Task The_same_answer_to_every_system_call()
    {
        // Called without arguments that mean anything: past the filter they fail otherwise, or do no harm. Left out: what
        // ends, blocks or stops the process, and the calls younger than the library that runc's filter is made with.
        const string program = """
            import ctypes, errno, os, signal
            libc = ctypes.CDLL(None, use_errno=True)
            skipped = {0, 15, 22, 23, 34, 35, 56, 57, 58, 59, 60, 61, 62, 130, 200, 202, 219, 230, 231, 234, 247, 270, 271, 293, 322}
            def answer(number, *arguments):
                pid = os.fork()
                if pid == 0:
                    signal.alarm(2)
                    result = libc.syscall(number, *arguments)
                    os._exit(0 if result >= 0 else ctypes.get_errno())
                status = os.waitpid(pid, 0)[1]
                return errno.errorcode.get(os.waitstatus_to_exitcode(status), str(os.waitstatus_to_exitcode(status)))
            for number in range(0, 450):
                if number not in skipped and not 334 < number < 424:
                    print(number, answer(number, -1, 0, 0, 0, 0, 0))
            for domain in range(0, 46):
                print("socket", domain, answer(41, domain, 2, 0), answer(41, domain, 3, 9), answer(41, domain + (1 << 32), 2, 0), answer(53, domain, 1, 0, 0))
            for persona in (0, 1, 0x0040000, 0xffffffff, 0xffffffff00000000):
                print("personality", persona, answer(135, ctypes.c_ulong(persona)))
            for flags in (0, 1 << 17, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30, 0x7e020000, 1 << 37):
                print("clone", flags, answer(56, ctypes.c_ulong(flags | 17), 0, 0, 0, 0))
            print("new", answer(600), answer(1 << 30), answer((1 << 30) + 1))
            """;
        var (own, runc) = (await RunAsync(_own, program), await RunAsync(_runc, program));
        Assert.True(runc.Split('\n').Length > 390, runc);
        Assert.Equal(runc, own);
    }

    private static async Task<string> RunAsync(SandboxBench bench, string program)
    {
        var (exit, text) = await bench.RunAsync("python3", program);
        Assert.True(exit is { ExitCode: 0 }, $"{exit}: {text}");
        // The names of the packages' folders are the driver's own counting.
        return PackageName().Replace(text, "package");
    }

    private static Dictionary<string, (string Type, string[] Options, string Propagation)> Mounts(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(fields => fields[0], fields => (fields[1], fields[2].Split(','), fields[3]));

    [GeneratedRegex("package-[0-9]+")]
    private static partial Regex PackageName();
}
