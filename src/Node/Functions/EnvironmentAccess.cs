using Hearth.Contracts.Environments;
using Hearth.Node.Membership;
using Hearth.Node.Workers;

namespace Hearth.Node.Functions;

/// <summary>The way to an environment under a lease: straight on this node, over the data channel on another.</summary>
/// <param name="overChannel">Invokes at a channel's address, and gives up once the token is cancelled; null in a cluster of one.</param>
internal sealed class EnvironmentAccess(
    Fleet fleet, EnvironmentTable environments, Func<string, Invocation, Lease, CancellationToken, Task<InvocationOutcome>>? overChannel)
{
    /// <summary>Whose environments are nearest.</summary>
    public string Near => fleet.Local;

    /// <summary>As <see cref="EnvironmentTable.InvokeAsync"/>; a worker that is lost meanwhile ends it as well.</summary>
    public Task<InvocationOutcome> InvokeAsync(Invocation invocation, Lease lease)
    {
        if (lease.WorkerId == fleet.Local)
            return environments.InvokeAsync(invocation, lease);
        return fleet.Find(lease.WorkerId) is { Channel: { } channel } worker && overChannel is not null
            ? overChannel(channel, invocation, lease, worker.Abandoned)
            : Task.FromResult(InvocationOutcome.NotStarted);
    }
}
