using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

[assembly: DisableRuntimeMarshalling] // so that the calls below are compiled ahead of time too

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// A TCP connection by the system's own calls. <c>System.Net.Sockets</c> would cost every cold start some 12 ms, for its
/// machinery of asynchronous calls, of which there are none here.
/// </summary>
internal sealed unsafe partial class Connection : IDisposable
{
    private const int Inet = 2, Stream = 1, CloseOnExec = 0x80000, Tcp = 6, NoDelay = 1, AddressBytes = 16;

    private readonly FileStream _stream;

    /// <exception cref="RuntimeApiException">Nobody answers there.</exception>
    public Connection(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(address.AsSpan(colon + 1), out var port))
            throw new RuntimeApiException($"AWS_LAMBDA_RUNTIME_API is '{address}', not host:port.");
        var descriptor = Socket(Inet, Stream | CloseOnExec, 0);
        var name = stackalloc byte[AddressBytes]; // struct sockaddr_in: family, port, IPv4 address, padding
        var bytes = new Span<byte>(name, AddressBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Inet);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], port);
        Ipv4(address[..colon]).TryWriteBytes(bytes[4..], out _);
        var on = 1;
        if (Connect(descriptor, name, AddressBytes) < 0 || SetOption(descriptor, Tcp, NoDelay, &on, sizeof(int)) < 0)
            throw new RuntimeApiException($"The Runtime API at {address} cannot be reached: {Marshal.GetLastPInvokeErrorMessage()}.");
        _stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <exception cref="HungUpException">The other side has closed the connection.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException)
        {
            throw new HungUpException();
        }
    }

    /// <summary>Waits for at least one byte; the number of those that came.</summary>
    /// <exception cref="HungUpException">The other side has closed the connection.</exception>
    public int Receive(Span<byte> into)
    {
        try
        {
            var count = _stream.Read(into);
            return count > 0 ? count : throw new HungUpException();
        }
        catch (IOException)
        {
            throw new HungUpException();
        }
    }

    public void Dispose() => _stream.Dispose();

    private static IPAddress Ipv4(string host) =>
        IPAddress.TryParse(host, out var address) ? address : Dns.GetHostAddresses(host, System.Net.Sockets.AddressFamily.InterNetwork)[0];

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int option, int* value, int length);
}
