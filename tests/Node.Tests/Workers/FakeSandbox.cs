using System.Text;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers;

/// <summary>A sandbox without a process: a test says what it writes, uses and when it ends.</summary>
internal sealed class FakeSandbox(ISandboxOutput output) : ISandbox
{
    private readonly TaskCompletionSource<SandboxExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly StringBuilder _unread = new();

    public string Name => "fake";

    public Task<SandboxExit> Exited => _exited.Task;

    public long PeakMemoryBytes { get; set; } = 40 * 1_048_576;

    public bool OutOfMemory { get; set; }

    public int CpuShares { get; private set; }

    /// <summary>What <see cref="StopAsync"/> was asked for, in order.</summary>
    public List<bool> Stops { get; } = [];

    /// <summary>How a stop goes; done at once where a test says nothing else.</summary>
    public Func<bool, Task> OnStop { get; set; } = _ => Task.CompletedTask;

    /// <summary>Writes into the pipe: it is seen when somebody reads.</summary>
    public void Print(string text)
    {
        lock (_gate)
            _unread.Append(text);
    }

    public void DrainOutput()
    {
        string text;
        lock (_gate)
        {
            text = _unread.ToString();
            _unread.Clear();
        }

        output.Write(Encoding.UTF8.GetBytes(text));
    }

    public void ApplyCpuShare() => CpuShares++;

    public bool IsFrozen { get; private set; }

    public void Freeze() => IsFrozen = true;

    public void Thaw() => IsFrozen = false;

    public void Exit(SandboxExit exit) => _exited.TrySetResult(exit);

    public Task StopAsync(bool keepScratch)
    {
        lock (_gate)
            Stops.Add(keepScratch);
        Exit(new SandboxExit(null, 9, false));
        return OnStop(keepScratch);
    }
}
