using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>Counts what a sandbox writes and keeps nothing of it.</summary>
internal sealed class CountingOutput : ISandboxOutput
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes, _wanted = long.MaxValue;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _bytes += bytes.Length;
            if (_bytes > _wanted)
                _reached.TrySetResult();
        }
    }

    public Task MoreThanAsync(long bytes)
    {
        lock (_gate)
        {
            _wanted = bytes;
            if (_bytes > _wanted)
                _reached.TrySetResult();
        }

        return _reached.Task.WaitAsync(SandboxBench.Deadline);
    }
}
