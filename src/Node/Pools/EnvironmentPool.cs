using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;

namespace Hearth.Node.Pools;

/// <summary>
/// The environments of one function and who has leased them. Pure bookkeeping: no clock, no I/O; whoever calls it
/// starts and stops what it names.
/// </summary>
/// <remarks>
/// <code>
///            Admit: Cold                      Release(Reusable)
///   (none) ───────────────► leased ───────────────────────────────► idle ──► Expire, Reclaim, Retire: stop
///                             ▲  │ Release(Gone), expired lease,      │
///                             │  └──────── Remove ──► (none)          │
///                             └──────────── Admit: Warm ──────────────┘
/// </code>
/// The environment used last is leased first, so that the surplus of a past burst grows old and can be reclaimed.
/// </remarks>
internal sealed class EnvironmentPool
{
    private readonly Dictionary<EnvironmentId, PoolMember> _members = [];

    // Ordered by IdleSince: released last at the end.
    private readonly List<PoolMember> _idle = [];

    public int Count => _members.Count;

    public int Leased => _members.Count - _idle.Count;

    public IEnumerable<PoolMember> Members => _members.Values;

    /// <summary>Leases an idle environment, else a new one named <paramref name="candidate"/>, else throttles.</summary>
    /// <param name="limit">Leases the function may hold at once.</param>
    public PoolDecision Admit(string requestId, EnvironmentId candidate, int limit, DateTimeOffset now, DateTimeOffset leaseExpiresAt)
    {
        if (Leased >= limit)
            return new PoolDecision(PoolVerdict.Throttle, default, ThrottleReason.ConcurrentInvocationLimitExceeded);

        PoolMember member;
        var verdict = PoolVerdict.Warm;
        if (_idle.Count > 0)
        {
            member = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
        }
        else
        {
            member = new PoolMember(candidate, now);
            _members.Add(candidate, member);
            verdict = PoolVerdict.Cold;
        }

        Occupy(member, requestId, leaseExpiresAt);
        return new PoolDecision(verdict, member.EnvironmentId);
    }

    /// <summary>Ends a lease with the environment reusable. True when it has to be stopped. A lease that is not held any more changes nothing.</summary>
    public bool Release(EnvironmentId environmentId, string requestId, DateTimeOffset now)
    {
        if (!_members.TryGetValue(environmentId, out var member) || member.RequestId != requestId)
            return false;

        if (member.Retired)
            return _members.Remove(environmentId);

        member.RequestId = null;
        member.IdleSince = now;
        _idle.Add(member);
        return false;
    }

    /// <summary>Forgets an environment that has ended. False where it was not known.</summary>
    public bool Remove(EnvironmentId environmentId)
    {
        if (!_members.Remove(environmentId, out var member))
            return false;

        if (member.RequestId is null)
            _idle.Remove(member);
        return true;
    }

    /// <summary>Gives up an idle environment that the worker wants back. False where it is leased or unknown.</summary>
    public bool Reclaim(EnvironmentId environmentId) =>
        _members.TryGetValue(environmentId, out var member) && member.RequestId is null && Remove(environmentId);

    /// <summary>Takes in an environment that a worker reports after this pool was lost.</summary>
    public void Adopt(EnvironmentId environmentId, DateTimeOffset startedAt, Lease? lease, DateTimeOffset now)
    {
        if (_members.ContainsKey(environmentId))
            return;

        var member = new PoolMember(environmentId, startedAt) { IdleSince = now };
        _members.Add(environmentId, member);
        if (lease is null)
            _idle.Add(member);
        else
            Occupy(member, lease.RequestId, lease.ExpiresAt);
    }

    /// <summary>Removes and names what has been idle since before <paramref name="cutoff"/>, and what holds a lease past its end.</summary>
    public IReadOnlyList<EnvironmentId> Expire(DateTimeOffset now, DateTimeOffset cutoff) =>
        RemoveWhere(member => member.RequestId is null ? member.IdleSince <= cutoff : member.LeaseExpiresAt <= now);

    /// <summary>The function has changed or is gone: removes and names every idle environment; a leased one ends with its lease.</summary>
    public IReadOnlyList<EnvironmentId> Retire()
    {
        foreach (var member in _members.Values)
            member.Retired = true;
        return RemoveWhere(member => member.RequestId is null);
    }

    /// <summary>As <see cref="Retire"/>, for one environment.</summary>
    public IReadOnlyList<EnvironmentId> RetireMember(EnvironmentId environmentId)
    {
        if (_members.TryGetValue(environmentId, out var retired))
            retired.Retired = true;
        return RemoveWhere(member => member.EnvironmentId == environmentId && member.RequestId is null);
    }

    private List<EnvironmentId> RemoveWhere(Predicate<PoolMember> condition)
    {
        var removed = _members.Values.Where(member => condition(member)).Select(member => member.EnvironmentId).ToList();
        foreach (var environmentId in removed)
            Remove(environmentId);
        return removed;
    }

    private static void Occupy(PoolMember member, string requestId, DateTimeOffset leaseExpiresAt)
    {
        member.RequestId = requestId;
        member.LeaseExpiresAt = leaseExpiresAt;
        member.Leases++;
    }
}
