using Akka.Actor;
using Hearth.Contracts.Api;
using Hearth.Node.Workers;

namespace Hearth.Node.Inspection;

/// <summary>What a node can tell of itself, and from where.</summary>
/// <param name="NodeId">What leases and logs call it.</param>
/// <param name="Worker">Null on a node without one.</param>
/// <param name="Events">Filled by the actor.</param>
/// <param name="Stop">Ends the host in order; returns at once.</param>
internal sealed record InspectionContext(
    string NodeId,
    IActorRef? Worker,
    EnvironmentTable Environments,
    NodeLog Log,
    RecentItems<ClusterEventLine> Events,
    Action Stop,
    TimeProvider Time)
{
    /// <summary>Membership events kept for those who follow them.</summary>
    public const int MaxEvents = 1_000;

    public static string Version { get; } = typeof(InspectionContext).Assembly.GetName().Version!.ToString(3);

    /// <summary>Null for a node without certificates.</summary>
    public DateTimeOffset? CertificatesEndAt { get; init; }

    public DateTimeOffset StartedAt { get; } = Time.GetUtcNow();
}
