using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// A network namespace of its own with nothing but loopback, and a listening socket in it: a sandbox reaches its
/// Runtime API at an address that it shares with nobody, and nothing else.
/// A socket stays in the namespace where it was made, so the node accepts on it without ever going back.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    public const int RuntimeApiPort = 9001;

    private const int NewNetwork = 0x40000000;
    private const int Inet = 2, Stream = 1, Backlog = 128;
    private const nuint GetInterfaceFlags = 0x8913, SetInterfaceFlags = 0x8914;
    private const short Up = 0x1;

    private int _descriptor;

    private NetworkNamespace(int descriptor, Socket listener) => (_descriptor, Listener) = (descriptor, listener);

    public Socket Listener { get; }

    /// <summary>A path by which another process of this machine opens the namespace, until <see cref="Dispose"/>.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_descriptor}";

    /// <summary>Takes about a millisecond. Blocks the caller meanwhile.</summary>
    /// <exception cref="SandboxStartException">The kernel refused; the message says which step and why.</exception>
    public static NetworkNamespace Create()
    {
        var made = default(Made);
        // A thread of its own: should the way back to the host's namespace fail, only this thread is in the wrong one.
        var thread = new Thread(() => made = MakeAndReturn(), maxStackSize: 256 * 1024) { Name = "hearth-netns" };
        thread.Start();
        thread.Join();
        if (made.FailedStep is { } step)
            throw new SandboxStartException($"The sandbox's network namespace could not be made: {step}: {Libc.Describe(made.Error)}.");
        return new NetworkNamespace(made.Namespace, new Socket(new SafeSocketHandle(made.Listener, ownsHandle: true)));
    }

    /// <summary>Lets go of the namespace. It lives on while a process or a socket is in it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _descriptor, -1) is var descriptor and >= 0)
            _ = Libc.Close(descriptor);
    }

    // Between leaving and coming back: system calls alone. A thread that .NET started from here (a pool thread, a
    // collector's, a compiler's) would inherit the namespace, and the sockets it opened later would end up in it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Made MakeAndReturn()
    {
        var made = new Made { Namespace = -1, Listener = -1 };
        var host = Libc.Open("/proc/thread-self/ns/net", Libc.ReadOnly | Libc.CloseOnExec, 0);
        if (host < 0)
            return made.Fail("opening the host's");
        if (Libc.Unshare(NewNetwork) < 0)
        {
            made.Fail("unshare");
        }
        else
        {
            made = Fill(made);
            if (Libc.SetNamespace(host, NewNetwork) < 0)
                made = made.Fail("returning to the host's");
        }

        _ = Libc.Close(host);
        return made.FailedStep is null ? made : made.Discard();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe Made Fill(Made made)
    {
        made.Namespace = Libc.Open("/proc/thread-self/ns/net", Libc.ReadOnly | Libc.CloseOnExec, 0);
        if (made.Namespace < 0)
            return made.Fail("opening it");
        made.Listener = Libc.Socket(Inet, Stream | Libc.CloseOnExec, 0);
        if (made.Listener < 0)
            return made.Fail("socket");

        var request = stackalloc byte[40]; // struct ifreq
        new Span<byte>(request, 40).Clear();
        request[0] = (byte)'l';
        request[1] = (byte)'o';
        if (Libc.Ioctl(made.Listener, GetInterfaceFlags, request) < 0)
            return made.Fail("reading loopback's flags");
        *(short*)(request + 16) |= Up;
        if (Libc.Ioctl(made.Listener, SetInterfaceFlags, request) < 0)
            return made.Fail("bringing loopback up");

        var address = stackalloc byte[16] { Inet, 0, RuntimeApiPort >> 8, RuntimeApiPort & 0xff, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
        if (Libc.Bind(made.Listener, address, 16) < 0)
            return made.Fail("bind");
        return Libc.Listen(made.Listener, Backlog) < 0 ? made.Fail("listen") : made;
    }

    private struct Made
    {
        public int Namespace, Listener, Error;
        public string? FailedStep;

        public Made Fail(string step)
        {
            (FailedStep, Error) = (step, Libc.LastError);
            return this;
        }

        public readonly Made Discard()
        {
            if (Namespace >= 0)
                _ = Libc.Close(Namespace);
            if (Listener >= 0)
                _ = Libc.Close(Listener);
            return this;
        }
    }
}
