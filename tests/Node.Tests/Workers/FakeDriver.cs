using System.Collections.Concurrent;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers;

/// <summary>Makes fake sandboxes, at once or as a test says.</summary>
internal sealed class FakeDriver : ISandboxDriver
{
    private readonly ConcurrentQueue<FakeSandbox> _made = new();

    public string Name => "fake";

    public IBlankDriver? Blanks { get; set; }

    public IReadOnlyList<FakeSandbox> Made => [.. _made];

    public ConcurrentQueue<SandboxSpec> Specs { get; } = new();

    /// <summary>Runs before a sandbox is made; throws where it is not to be.</summary>
    public Func<CancellationToken, Task> BeforeStart { get; set; } = _ => Task.CompletedTask;

    public async Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellation)
    {
        Specs.Enqueue(spec);
        await BeforeStart(cancellation);
        var sandbox = new FakeSandbox(spec.Output);
        _made.Enqueue(sandbox);
        return sandbox;
    }

    public Task SweepAsync(CancellationToken cancellation) => Task.CompletedTask;
}
