using System.Diagnostics;
using System.Text;

namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>
/// The FIFO that a sandbox's standard output and standard error share, so that what it wrote keeps its order.
/// We hold it open for reading and writing: it then never reports "hung up" while the sandbox has both streams closed.
/// The watcher reads it at no more than <see cref="BytesPerSecond"/> beyond a burst; past that the writer blocks, which
/// bounds what an endless printer costs the node.
/// </summary>
internal sealed class OutputPipe : IWatched
{
    private const int BytesPerRead = 32_768, BurstBytes = 4 << 20, BytesPerSecond = 16 << 20;
    private const nuint BytesAvailable = 0x541B; // FIONREAD

    private readonly Lock _gate = new();
    private ISandboxOutput? _output;
    private long _key;
    private double _credit = BurstBytes;
    private long _creditAt = Stopwatch.GetTimestamp();
    private bool _closed;

    private OutputPipe(string path, int descriptor) => (Path, Descriptor) = (path, descriptor);

    public string Path { get; }

    public int Descriptor { get; }

    public static OutputPipe Create(string path)
    {
        // Any user may write: a shell's `echo > /dev/stderr` opens it anew, as a user who is not its owner.
        Libc.Check(Libc.MakeFifo(path, 0x180), $"mkfifo {path}");
        Libc.Check(Libc.ChangeMode(path, 0x192), $"chmod {path}"); // rw--w--w-
        return new OutputPipe(path, Libc.Check(Libc.Open(path, Libc.ReadWrite | Libc.NonBlocking | Libc.CloseOnExec, 0), $"open {path}"));
    }

    /// <summary>From now on, what arrives goes to <paramref name="output"/>. Before the first call it waits in the pipe.</summary>
    public void ForwardTo(ISandboxOutput output)
    {
        lock (_gate)
        {
            _output = output;
            if (_key == 0)
                _key = SandboxWatcher.Shared.Watch(this);
        }
    }

    public bool OnReadable()
    {
        lock (_gate)
        {
            if (_closed)
                return true;
            var now = Stopwatch.GetTimestamp();
            _credit = Math.Min(BurstBytes, _credit + (Stopwatch.GetElapsedTime(_creditAt, now).TotalSeconds * BytesPerSecond));
            _creditAt = now;
            if (_credit >= BytesPerRead)
                _credit -= Forward();
            return _credit >= BytesPerRead;
        }
    }

    /// <summary>Hands over what is in the pipe at this moment; ends even while the sandbox goes on writing.</summary>
    public unsafe void Drain()
    {
        lock (_gate)
        {
            var available = 0;
            if (_closed || Libc.Ioctl(Descriptor, BytesAvailable, &available) < 0)
                return;
            while (available > 0 && Forward() is var read and > 0)
                available -= read;
        }
    }

    /// <summary>Adds a line of the driver's own after what the sandbox has written.</summary>
    public void Report(string line)
    {
        Drain();
        lock (_gate)
            _output?.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <summary>The pipe's content as text, for a start that failed before anything was forwarded.</summary>
    public string TakeText()
    {
        var text = new CollectedOutput();
        lock (_gate)
            _output = text;
        Drain();
        return text.ToString();
    }

    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            SandboxWatcher.Shared.Remove(_key);
            _ = Libc.Close(Descriptor);
        }
    }

    private unsafe int Forward()
    {
        // On the stack, not a buffer for each sandbox: thousands of them are idle.
        var buffer = stackalloc byte[BytesPerRead];
        var read = (int)Libc.Read(Descriptor, buffer, BytesPerRead);
        if (read <= 0)
            return 0;
        try
        {
            _output?.Write(new ReadOnlySpan<byte>(buffer, read));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The receiver's contract is not to throw. One that does loses its own bytes, not every sandbox's thread.
            Debug.Fail(failure.ToString());
        }

        return read;
    }

    private sealed class CollectedOutput : ISandboxOutput
    {
        private readonly List<byte> _bytes = [];

        public void Write(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

        public override string ToString() => Encoding.UTF8.GetString([.. _bytes]).Trim();
    }
}
