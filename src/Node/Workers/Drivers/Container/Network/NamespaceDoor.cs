using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>
/// The way into a sandbox's network namespace, found by the listening socket that is in it: a namespace's descriptor,
/// by which a link can be moved there, and a netlink socket that configures it from outside. On the way, IPv6 is
/// switched off for the links to come.
/// </summary>
internal sealed class NamespaceDoor : IDisposable
{
    private const nuint SocketsNamespace = 0x894C; // SIOCGSKNS
    private const int NetworkType = 0x40000000;

    private int _descriptor;

    private NamespaceDoor(int descriptor, RouteSocket routes) => (_descriptor, Routes) = (descriptor, routes);

    public int Descriptor => _descriptor;

    public RouteSocket Routes { get; }

    /// <exception cref="IOException">The kernel refused; the message says which step and why.</exception>
    public static unsafe NamespaceDoor Of(Socket socket)
    {
        var held = false;
        int descriptor;
        try
        {
            socket.SafeHandle.DangerousAddRef(ref held);
            descriptor = Libc.Check(Libc.Ioctl((int)socket.SafeHandle.DangerousGetHandle(), SocketsNamespace, null), "ioctl SIOCGSKNS");
        }
        finally
        {
            if (held)
                socket.SafeHandle.DangerousRelease();
        }

        var (routes, error) = (-1, 0);
        // A thread of its own, for the reasons that NetworkNamespace gives.
        var thread = new Thread(() => routes = EnterAndReturn(descriptor, out error), maxStackSize: 256 * 1024) { Name = "hearth-netns" };
        thread.Start();
        thread.Join();
        if (routes >= 0)
            return new NamespaceDoor(descriptor, new RouteSocket(routes));
        _ = Libc.Close(descriptor);
        throw new IOException($"entering the sandbox's network namespace: {Libc.Describe(error)}");
    }

    public void Dispose()
    {
        Routes.Dispose();
        if (Interlocked.Exchange(ref _descriptor, -1) is var descriptor and >= 0)
            _ = Libc.Close(descriptor);
    }

    // Between leaving and coming back: system calls alone.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EnterAndReturn(int descriptor, out int error)
    {
        error = 0;
        var host = Libc.Open("/proc/thread-self/ns/net", Libc.ReadOnly | Libc.CloseOnExec, 0);
        var routes = -1;
        if (host < 0 || Libc.SetNamespace(descriptor, NetworkType) < 0)
        {
            error = Libc.LastError;
        }
        else
        {
            routes = SwitchOffIpv6() ? Libc.Socket(RouteSocket.Family, RouteSocket.Raw | Libc.CloseOnExec, 0) : -1;
            error = Libc.LastError;
            if (Libc.SetNamespace(host, NetworkType) < 0 && routes >= 0)
            {
                error = Libc.LastError;
                _ = Libc.Close(routes);
                routes = -1;
            }
        }

        if (host >= 0)
            _ = Libc.Close(host);
        return routes;
    }

    // For links made from now on; loopback keeps ::1. Where the file is not there, neither is IPv6.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe bool SwitchOffIpv6()
    {
        const int noSuchFile = 2;
        var file = Libc.Open("/proc/sys/net/ipv6/conf/default/disable_ipv6", Libc.WriteOnly | Libc.CloseOnExec, 0);
        if (file < 0)
            return Libc.LastError == noSuchFile;
        var one = (byte)'1';
        var written = Libc.Write(file, &one, 1);
        _ = Libc.Close(file);
        return written == 1;
    }
}
