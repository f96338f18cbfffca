using System.Collections.Concurrent;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers.Blanks;

/// <summary>Makes blank sandboxes without processes, one for each time it is let.</summary>
internal sealed class FakeBlankDriver : IBlankDriver
{
    private readonly ConcurrentQueue<TaskCompletionSource<IBlankSandbox>> _pending = new();
    private readonly ConcurrentQueue<BlankSpec> _specs = new();
    private readonly ConcurrentQueue<FakeBlank> _made = new();

    /// <summary>Starts complete at once.</summary>
    public bool IsQuick { get; set; } = true;

    public IReadOnlyList<BlankSpec> Specs => [.. _specs];

    public IReadOnlyList<FakeBlank> Made => [.. _made];

    public int Pending => _pending.Count;

    public Task<IBlankSandbox> StartBlankAsync(BlankSpec spec, CancellationToken cancellation)
    {
        var start = new TaskCompletionSource<IBlankSandbox>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (IsQuick)
            start.SetResult(Make());
        else
            _pending.Enqueue(start);
        _specs.Enqueue(spec);
        return start.Task;
    }

    public void Finish()
    {
        Assert.True(_pending.TryDequeue(out var start));
        start.SetResult(Make());
    }

    public void Fail()
    {
        Assert.True(_pending.TryDequeue(out var start));
        start.SetException(new SandboxStartException("broken"));
    }

    private FakeBlank Make()
    {
        var made = new FakeBlank();
        _made.Enqueue(made);
        return made;
    }
}

internal sealed class FakeBlank : IBlankSandbox
{
    private readonly TaskCompletionSource<SandboxExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SandboxExit> Exited => _exited.Task;

    public bool IsDiscarded { get; private set; }

    /// <summary>Assigning it fails.</summary>
    public bool IsUseless { get; set; }

    public FakeSandbox? Sandbox { get; private set; }

    public ISandbox Assign(SandboxSpec spec) =>
        IsUseless ? throw new SandboxStartException("useless") : Sandbox = new FakeSandbox(spec.Output);

    public void Exit() => _exited.TrySetResult(new SandboxExit(1, null, false));

    public Task DiscardAsync()
    {
        IsDiscarded = true;
        Exit();
        return Task.CompletedTask;
    }
}
