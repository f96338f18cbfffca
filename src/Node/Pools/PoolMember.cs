using Hearth.Contracts.Environments;

namespace Hearth.Node.Pools;

/// <summary>One environment as its pool knows it: leased while <see cref="RequestId"/> is set, else idle.</summary>
internal sealed class PoolMember(EnvironmentId environmentId, DateTimeOffset startedAt)
{
    public EnvironmentId EnvironmentId { get; } = environmentId;
    public DateTimeOffset StartedAt { get; } = startedAt;
    public string? RequestId { get; set; }
    public DateTimeOffset LeaseExpiresAt { get; set; }
    public DateTimeOffset IdleSince { get; set; } = startedAt;
    public long Leases { get; set; }

    /// <summary>It runs code or settings that were replaced, and ends with its lease.</summary>
    public bool Retired { get; set; }
}
