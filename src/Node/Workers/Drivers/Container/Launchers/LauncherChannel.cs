using System.Globalization;
using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>A pair of sockets: the settings go to the launcher on it, and the first process's number comes back.</summary>
internal sealed class LauncherChannel : IDisposable
{
    private const int Unix = 1, Stream = 1;

    // Above what a child's own descriptors are moved to.
    private const int Lowest = 16;

    private int _own, _launcher;

    private LauncherChannel(int own, int launcher) => (_own, _launcher) = (own, launcher);

    public int LauncherEnd => _launcher;

    public static unsafe LauncherChannel Create()
    {
        var pair = stackalloc int[2];
        Libc.Check(Libc.SocketPair(Unix, Stream | Libc.CloseOnExec, 0, pair), "socketpair");
        var moved = Libc.FileControl(pair[1], Libc.DuplicateCloseOnExec, Lowest);
        var error = Libc.LastError;
        _ = Libc.Close(pair[1]);
        var channel = new LauncherChannel(pair[0], moved);
        if (moved >= 0)
            return channel;
        channel.Dispose();
        throw new IOException($"fcntl F_DUPFD_CLOEXEC: {Libc.Describe(error)}");
    }

    /// <summary>To be called before the launcher is started: the settings wait in the socket.</summary>
    /// <exception cref="SandboxStartException">They are more than the socket holds, some 200 KB.</exception>
    public unsafe void Send(ReadOnlySpan<byte> settings)
    {
        const int dontWait = 0x40, noSignal = 0x4000;
        fixed (byte* start = settings)
            if (Libc.Send(_own, start, settings.Length, dontWait | noSignal) != settings.Length)
                throw new SandboxStartException($"{settings.Length} bytes of settings could not be handed to the launcher.");
    }

    /// <summary>The launcher reads an end after what was sent, and does not wait for more.</summary>
    public void FinishSending()
    {
        const int write = 1;
        Libc.Check(Libc.Shutdown(_own, write), "shutdown");
    }

    public void CloseLauncherEnd() => Close(ref _launcher);

    /// <summary>What the launcher has answered; to be called after its end.</summary>
    public unsafe int ReadNumber()
    {
        var answer = stackalloc byte[32];
        var read = (int)Libc.Read(_own, answer, 32);
        var text = Encoding.ASCII.GetString(answer, Math.Max(0, read)).Trim();
        return int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 1
            ? number
            : throw new SandboxStartException($"The launcher answered \"{text}\" instead of a process's number.");
    }

    public void Dispose()
    {
        CloseLauncherEnd();
        Close(ref _own);
    }

    private static void Close(ref int descriptor)
    {
        if (Interlocked.Exchange(ref descriptor, -1) is var open and >= 0)
            _ = Libc.Close(open);
    }
}
