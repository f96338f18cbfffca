using Akka.Actor;
using Akka.Cluster;
using Hearth.Node.Membership;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hearth.Node.Hosting;

/// <summary>Whether the node can serve: it has started, is a member of its cluster, and is not stopping. Answers <c>/readyz</c>.</summary>
internal sealed class NodeReadiness(ActorSystem system, Fleet fleet) : IHealthCheck
{
    private volatile string? _missing = "starting";

    public void Started() => _missing = null;

    public void Stopping() => _missing = "stopping";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = Akka.Cluster.Cluster.Get(system).SelfMember.Status;
        return Task.FromResult((_missing, status) switch
        {
            ({ } missing, _) => HealthCheckResult.Unhealthy(missing),
            (null, MemberStatus.Up) when fleet.CutOff.IsCancellationRequested => HealthCheckResult.Unhealthy("cut off from most of the cluster"),
            (null, MemberStatus.Up) => HealthCheckResult.Healthy(),
            _ => HealthCheckResult.Unhealthy($"cluster member is {status}"),
        });
    }
}
