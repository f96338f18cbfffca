using Akka.Actor;
using Akka.Cluster;
using Hearth.Node.DataChannel;

namespace Hearth.Node.Hosting;

/// <summary>
/// Says how this node comes into its cluster, and what keeps it out; ends it when the cluster has gone on without it: what it holds
/// has other owners then.
/// </summary>
internal sealed class ClusterWatch(
    ActorSystem system, ClusterOptions options, NodeCertificates certificates, IHostApplicationLifetime node, TimeProvider time, ILogger<ClusterWatch> log)
    : BackgroundService
{
    /// <summary>When a node that is not a member yet looks for the reason.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cluster = Cluster.Get(system);
        log.LogInformation("Joining the cluster of {Seeds} as {Id} with the roles {Roles}", string.Join(", ", options.Seeds), options.Akka, string.Join(", ", options.Roles));
        cluster.RegisterOnMemberRemoved(OnRemoved);
        try
        {
            for (var told = 0; cluster.SelfMember.Status != MemberStatus.Up; told++)
            {
                await Task.Delay(told == 0 ? Interval : 3 * Interval, time, stoppingToken);
                if (cluster.SelfMember.Status == MemberStatus.Up)
                    break;
                foreach (var seed in options.Seeds.Where(seed => !seed.Equals(options.Akka)))
                    log.LogWarning("Not a member of the cluster yet: {Seed} {Reason}", seed, (await SeedCheck.AskAsync(seed, certificates, stoppingToken)).Reason);
            }

            log.LogInformation("Member of the cluster");
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private void OnRemoved()
    {
        if (node.ApplicationStopping.IsCancellationRequested)
            return;
        log.LogCritical("The cluster has gone on without this node; it stops");
        Environment.ExitCode = 1; // Whoever starts nodes is to start it again.
        node.StopApplication();
    }
}
