namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>A container whose runtime process waits for its function.</summary>
/// <param name="onAssigned">Told the environment's sandbox name; throws where the environment has a sandbox already.</param>
internal sealed class ContainerBlank(ContainerSandbox sandbox, Action<string> onAssigned) : IBlankSandbox
{
    private int _assigned;

    public Task<SandboxExit> Exited => sandbox.Exited;

    public ISandbox Assign(SandboxSpec spec)
    {
        if (Interlocked.Exchange(ref _assigned, 1) != 0)
            throw new SandboxStartException("The blank sandbox was assigned before.");
        if (sandbox.Exited.IsCompleted)
            throw new SandboxStartException("The blank sandbox has ended.");
        try
        {
            onAssigned(SandboxInstance.NameOf(spec.EnvironmentId));
            sandbox.Assign(spec);
            return sandbox;
        }
        catch (IOException refused)
        {
            throw new SandboxStartException($"The blank sandbox could not be assigned: {refused.Message}", refused);
        }
    }

    public Task DiscardAsync() => sandbox.StopAsync(keepScratch: false);
}
