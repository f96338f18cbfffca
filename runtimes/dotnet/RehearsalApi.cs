using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// A Runtime API of a rehearsal's own, on loopback, which says all that it will say before it is asked: one invocation,
/// that its response is accepted, and an end. By the system's own calls, for the reason that <see cref="Connection"/> is.
/// </summary>
internal sealed unsafe partial class RehearsalApi : IDisposable
{
    private const int Inet = 2, Stream = 1, CloseOnExec = 0x80000, AddressBytes = 16;

    private readonly SafeFileHandle _listener = new(Socket(Inet, Stream | CloseOnExec, 0), ownsHandle: true);
    private FileStream? _node;

    /// <summary>Listens: without an address given before, on a port that the system chooses.</summary>
    public RehearsalApi()
    {
        var name = stackalloc byte[AddressBytes]; // struct sockaddr_in: family, port, IPv4 address, padding
        var length = AddressBytes;
        if (Listen(_listener, 1) < 0 || GetName(_listener, name, &length) < 0)
            throw new InvalidOperationException($"The rehearsal has no network: {Marshal.GetLastPInvokeErrorMessage()}.");
        Address = $"127.0.0.1:{BinaryPrimitives.ReadUInt16BigEndian(new Span<byte>(name, AddressBytes)[2..])}";
    }

    public string Address { get; }

    /// <summary>To be called once there is a connection.</summary>
    public void Answer(string payload)
    {
        _node = new FileStream(new SafeFileHandle(Accept(_listener, null, null), ownsHandle: true), FileAccess.Write, bufferSize: 0);
        _node.Write(System.Text.Encoding.UTF8.GetBytes(
            $"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: \r\nContent-Length: {System.Text.Encoding.UTF8.GetByteCount(payload)}\r\n\r\n{payload}"
            + "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));
        _ = Shutdown(_node.SafeFileHandle, 1); // Its writing side: what is read next is the end.
    }

    public void Dispose()
    {
        _node?.Dispose();
        _listener.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int Listen(SafeFileHandle socket, int backlog);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetName(SafeFileHandle socket, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "accept", SetLastError = true)]
    private static partial int Accept(SafeFileHandle socket, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int Shutdown(SafeFileHandle socket, int how);
}
