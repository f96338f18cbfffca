using Hearth.Contracts.Environments;

namespace Hearth.Node.Pools;

/// <summary>One environment as its pool knows it: leased while <see cref="RequestId"/> is set, else idle.</summary>
internal sealed class PoolMember(EnvironmentId environmentId, string workerId, DateTimeOffset startedAt)
{
    public EnvironmentId EnvironmentId { get; } = environmentId;
    public string WorkerId { get; } = workerId;
    public DateTimeOffset StartedAt { get; } = startedAt;
    public string? RequestId { get; set; }
    public DateTimeOffset LeasedAt { get; set; }
    public DateTimeOffset LeaseExpiresAt { get; set; }
    public DateTimeOffset IdleSince { get; set; } = startedAt;
    public long Leases { get; set; }

    /// <summary>Grows with each release in the pool: of two idle members, the one used last has more.</summary>
    public long IdleOrder { get; set; }

    /// <summary>It runs code or settings that were replaced, and ends with its lease.</summary>
    public bool Retired { get; set; }
}
