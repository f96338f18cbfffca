using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>The system calls that sandboxes need and .NET has no word for. Linux with glibc, x64 and arm64.</summary>
internal static partial class Libc
{
    public const int
        ReadOnly = 0, WriteOnly = 1, ReadWrite = 2, Create = 0x40, Append = 0x400, NonBlocking = 0x800, CloseOnExec = 0x80000,
        KillSignal = 9, DuplicateCloseOnExec = 1030;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static unsafe partial nint ReadAt(int descriptor, byte* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static unsafe partial int Ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    public static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(int descriptor, int type);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    public static unsafe partial int SocketPair(int domain, int type, int protocol, int* sockets);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static unsafe partial nint Send(int socket, byte* buffer, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static unsafe partial int Bind(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    public static unsafe partial int ProcessLimit(int pid, int resource, ulong* newLimits, ulong* oldLimits);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    public static unsafe partial int WaitId(int idType, uint id, byte* info, int options);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial nint SystemCall(nint number, nint directory, byte* path, nint a, void* b, nint c);

    // The numbers are the same on every architecture; glibc has wrappers only since 2.36.
    public static int OpenProcess(int pid) => (int)SystemCall(434, pid, 0, 0, 0);

    public static int SignalProcess(int descriptor, int signal) => (int)SystemCall(424, descriptor, signal, 0, 0);

    /// <summary>A copy of the mount at <paramref name="path"/>, attached nowhere, from the kernel's 5.2 on.</summary>
    /// <param name="path">Absolute, UTF-8, with a closing zero.</param>
    public static unsafe int CloneMount(ReadOnlySpan<byte> path)
    {
        const int clone = 1, recursive = 0x8000;
        fixed (byte* name = path)
            return (int)SystemCall(428, CurrentDirectory, name, clone | recursive | CloseOnExec, null, 0);
    }

    /// <summary>Sets flags of a mount that is attached nowhere yet, and of those below it; from the kernel's 5.12 on.</summary>
    public static unsafe int SetMountFlags(int mount, ulong flags)
    {
        const int emptyPath = 0x1000, recursive = 0x8000;
        var attributes = stackalloc ulong[4] { flags, 0, 0, 0 };
        fixed (byte* name = "\0"u8)
            return (int)SystemCall(442, mount, name, emptyPath | recursive, attributes, 4 * sizeof(ulong));
    }

    /// <summary>Attaches it; from the kernel's 5.2 on.</summary>
    /// <param name="path">Absolute, UTF-8, with a closing zero.</param>
    public static unsafe int AttachMount(int mount, ReadOnlySpan<byte> path)
    {
        const int fromEmptyPath = 4;
        fixed (byte* nothing = "\0"u8, name = path)
            return (int)MoveMount(429, mount, nothing, CurrentDirectory, name, fromEmptyPath);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial nint MoveMount(nint number, nint fromDirectory, byte* fromPath, nint toDirectory, byte* toPath, nint flags);

    private const int CurrentDirectory = -100;

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static unsafe partial int EpollControl(int epoll, int operation, int descriptor, byte* @event);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static unsafe partial int EpollWait(int epoll, byte* events, int count, int timeout);

    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Turns the usual −1 into an exception that names what was tried.</summary>
    public static int Check(int result, string what) =>
        result >= 0 ? result : throw new IOException($"{what}: {Describe(LastError)}");

    public static string Describe(int error) => new Win32Exception(error).Message;
}
