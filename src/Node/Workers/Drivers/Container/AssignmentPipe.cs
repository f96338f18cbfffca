using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// The FIFO on which a blank runtime waits for its environment variables: records <c>NAME=VALUE</c>, each with a closing
/// zero, then the end. Where the node dies first, the runtime reads an end without a record, and ends itself.
/// </summary>
internal sealed class AssignmentPipe : IDisposable
{
    /// <summary>The descriptor's number in the runtime.</summary>
    public const int Descriptor = 4;

    private int _descriptor;

    private AssignmentPipe(string path, int descriptor) => (Path, _descriptor) = (path, descriptor);

    public string Path { get; }

    public static AssignmentPipe Create(string path)
    {
        // Any user may read: a runtime without a word for an open descriptor opens /proc/self/fd/4 anew, as the
        // sandbox's user. Its folder is closed to all but root.
        Libc.Check(Libc.MakeFifo(path, 0x180), $"mkfifo {path}");
        Libc.Check(Libc.ChangeMode(path, 0x1a4), $"chmod {path}"); // rw-r--r--
        return new AssignmentPipe(path, Libc.Check(Libc.Open(path, Libc.ReadWrite | Libc.NonBlocking | Libc.CloseOnExec, 0), $"open {path}"));
    }

    /// <exception cref="SandboxStartException">More than the pipe holds, 64 KiB.</exception>
    public unsafe void Send(IReadOnlyDictionary<string, string> variables)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(variables.Select(variable => $"{variable.Key}={variable.Value}\0")));
        fixed (byte* start = bytes)
            if (Libc.Write(_descriptor, start, bytes.Length) != bytes.Length)
                throw new SandboxStartException($"{bytes.Length} bytes of environment variables could not be handed over.");
        Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _descriptor, -1) is var descriptor and >= 0)
            _ = Libc.Close(descriptor);
    }
}
