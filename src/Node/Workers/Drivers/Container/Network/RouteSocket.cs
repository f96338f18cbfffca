using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>A routing netlink socket: it speaks to the network namespace in which it was made, from any thread.</summary>
internal sealed class RouteSocket(int descriptor) : IDisposable
{
    public const int Family = 16, Raw = 3;

    private const int HeaderBytes = 16, ErrorMessage = 2;

    private int _descriptor = descriptor;

    /// <summary>One for the machine's own namespace.</summary>
    public static RouteSocket OfMachine() => new(Libc.Check(Libc.Socket(Family, Raw | Libc.CloseOnExec, 0), "socket AF_NETLINK"));

    /// <summary>Sends a request and waits for its acknowledgement, which the kernel gives at once.</summary>
    /// <exception cref="IOException">The kernel refused it; the message begins with <paramref name="what"/>.</exception>
    public void Send(RouteMessage message, string what)
    {
        if (Try(message, what) is var error and not 0)
            throw new IOException($"{what}: {Libc.Describe(error)}");
    }

    /// <returns>0, or the kernel's error number.</returns>
    public unsafe int Try(RouteMessage message, string what)
    {
        fixed (byte* bytes = message.Bytes)
            if (Libc.Write(_descriptor, bytes, message.Bytes.Length) < 0)
                return Libc.LastError;
        var answer = stackalloc byte[1024];
        if (Libc.Read(_descriptor, answer, 1024) is var read && read < HeaderBytes + sizeof(int) || *(ushort*)(answer + 4) != ErrorMessage)
            throw new IOException($"{what}: netlink answered {read} bytes that are no acknowledgement.");
        return -*(int*)(answer + HeaderBytes);
    }

    /// <summary>The index of the namespace's interface of that name, 15 letters at most.</summary>
    public unsafe int IndexOf(string name)
    {
        const nuint getInterfaceIndex = 0x8933;
        const int nameBytes = 16;
        var request = stackalloc byte[40]; // struct ifreq
        new Span<byte>(request, 40).Clear();
        Encoding.ASCII.GetBytes(name, new Span<byte>(request, nameBytes - 1));
        Libc.Check(Libc.Ioctl(_descriptor, getInterfaceIndex, request), $"finding {name}");
        return *(int*)(request + nameBytes);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _descriptor, -1) is var descriptor and >= 0)
            _ = Libc.Close(descriptor);
    }
}
