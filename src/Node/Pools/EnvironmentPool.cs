using Hearth.Contracts.Environments;

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
/// The environment used last is leased first, so that the surplus of a past burst grows old and can be reclaimed; among several
/// workers, the one used last on the caller's node.
/// </remarks>
internal sealed class EnvironmentPool
{
    private readonly Dictionary<EnvironmentId, PoolMember> _members = [];
    private readonly Dictionary<string, PoolMember> _leases = [];
    private readonly IdleMembers _idle = new();
    private readonly ScalingRate _rate = new();
    private readonly Dictionary<string, int> _onWorker = [];

    public int Count => _members.Count;

    public int Leased => _members.Count - _idle.Count;

    public IEnumerable<PoolMember> Members => _members.Values;

    public bool Has(EnvironmentId environmentId) => _members.ContainsKey(environmentId);

    /// <summary>
    /// Leases an idle environment, else a new one named <paramref name="candidate"/>, else throttles. A request that has a lease keeps it.
    /// </summary>
    /// <param name="place">Names the worker of a new environment; null where there is none. Called only where one is needed.</param>
    public PoolDecision Admit(
        string requestId, EnvironmentId candidate, PoolLimits limits, DateTimeOffset now, DateTimeOffset leaseExpiresAt, Preference preference, Func<string?> place)
    {
        if (_leases.TryGetValue(requestId, out var held))
            return new PoolDecision(PoolVerdict.Warm, held.EnvironmentId, held.WorkerId);
        if (Leased >= limits.Leases)
            return new PoolDecision(PoolVerdict.Throttle, default, null);

        var verdict = PoolVerdict.Warm;
        if (_idle.Take(preference) is not { } member)
        {
            if (place() is not { } worker)
                return new PoolDecision(PoolVerdict.Homeless, default, null);
            if (!_rate.TryTake(limits.Starts, now))
                return new PoolDecision(PoolVerdict.TooFast, default, null);
            member = new PoolMember(candidate, worker, now);
            Add(member);
            verdict = PoolVerdict.Cold;
        }

        Occupy(member, requestId, now, leaseExpiresAt);
        return new PoolDecision(verdict, member.EnvironmentId, member.WorkerId);
    }

    /// <summary>
    /// Ends a lease with the environment reusable; names it where it has to be stopped. A lease that is not held any more changes nothing.
    /// </summary>
    public PoolMember? Release(EnvironmentId environmentId, string requestId, DateTimeOffset now)
    {
        if (!_members.TryGetValue(environmentId, out var member) || member.RequestId != requestId)
            return null;

        if (member.Retired)
            return Remove(environmentId);

        _leases.Remove(requestId);
        member.RequestId = null;
        member.IdleSince = now;
        _idle.Add(member);
        return null;
    }

    /// <summary>Forgets and names an environment that has ended; null where it was not known.</summary>
    public PoolMember? Remove(EnvironmentId environmentId)
    {
        if (!_members.Remove(environmentId, out var member))
            return null;

        _onWorker[member.WorkerId]--;
        if (member.RequestId is null)
            _idle.Remove(member);
        else
            _leases.Remove(member.RequestId);
        return member;
    }

    /// <summary>Gives up and names an idle environment that the worker wants back; null where it is leased or unknown.</summary>
    public PoolMember? Reclaim(EnvironmentId environmentId) =>
        _members.TryGetValue(environmentId, out var member) && member.RequestId is null ? Remove(environmentId) : null;

    /// <summary>Takes in an environment that a worker reports after this pool was lost.</summary>
    public void Adopt(EnvironmentId environmentId, string workerId, DateTimeOffset startedAt, Lease? lease, DateTimeOffset now)
    {
        if (_members.ContainsKey(environmentId))
            return;

        var member = new PoolMember(environmentId, workerId, startedAt) { IdleSince = now };
        Add(member);
        if (lease is null)
            _idle.Add(member);
        else
            Occupy(member, lease.RequestId, now, lease.ExpiresAt);
    }

    /// <summary>
    /// Mends what messages on their way were lost for, by what a worker reports: an environment it does not have is forgotten, a lease
    /// that its environment is free of ends. Younger leases may be on their way to the worker still. Names what has to be stopped.
    /// </summary>
    public IReadOnlyList<PoolMember> Reconcile(
        string workerId, IReadOnlyDictionary<EnvironmentId, Lease?> reported, DateTimeOffset now, DateTimeOffset leasedBefore)
    {
        var stopped = new List<PoolMember>();
        foreach (var member in _members.Values.Where(member => member.WorkerId == workerId && member.RequestId is not null && member.LeasedAt <= leasedBefore).ToList())
        {
            if (!reported.TryGetValue(member.EnvironmentId, out var lease))
                Remove(member.EnvironmentId);
            else if (lease?.RequestId != member.RequestId && Release(member.EnvironmentId, member.RequestId!, now) is { } retired)
                stopped.Add(retired);
        }

        return stopped;
    }

    /// <summary>The workers with leases of before <paramref name="leasedBefore"/>.</summary>
    public IReadOnlySet<string> WorkersWithLeases(DateTimeOffset leasedBefore) =>
        _members.Values.Where(member => member.RequestId is not null && member.LeasedAt <= leasedBefore).Select(member => member.WorkerId).ToHashSet();

    /// <summary>How many environments a worker has.</summary>
    public int CountOn(string workerId) => _onWorker.GetValueOrDefault(workerId);

    /// <summary>The worker is gone, and every environment with it.</summary>
    public void Lose(string workerId)
    {
        RemoveWhere(member => member.WorkerId == workerId);
        _onWorker.Remove(workerId);
    }

    /// <summary>While a worker is not to be reached, none of its idle environments is leased.</summary>
    public void Suspend(string workerId, bool suspended) => _idle.Suspend(workerId, suspended);

    /// <summary>Removes and names what has been idle since before <paramref name="cutoff"/>, and what holds a lease past its end.</summary>
    public IReadOnlyList<PoolMember> Expire(DateTimeOffset now, DateTimeOffset cutoff) =>
        RemoveWhere(member => member.RequestId is null ? member.IdleSince <= cutoff : member.LeaseExpiresAt <= now);

    /// <summary>The function has changed or is gone: removes and names every idle environment; a leased one ends with its lease.</summary>
    public IReadOnlyList<PoolMember> Retire() => RetireWhere(_ => true);

    /// <summary>As <see cref="Retire"/>, for one environment.</summary>
    public IReadOnlyList<PoolMember> RetireMember(EnvironmentId environmentId) => RetireWhere(member => member.EnvironmentId == environmentId);

    /// <summary>As <see cref="Retire"/>, for the environments of one worker.</summary>
    public IReadOnlyList<PoolMember> RetireWorker(string workerId) => RetireWhere(member => member.WorkerId == workerId);

    private void Add(PoolMember member)
    {
        _members.Add(member.EnvironmentId, member);
        _onWorker[member.WorkerId] = CountOn(member.WorkerId) + 1;
    }

    private List<PoolMember> RetireWhere(Predicate<PoolMember> condition)
    {
        foreach (var member in _members.Values.Where(member => condition(member)))
            member.Retired = true;
        return RemoveWhere(member => member.RequestId is null && condition(member));
    }

    private List<PoolMember> RemoveWhere(Predicate<PoolMember> condition)
    {
        var removed = _members.Values.Where(member => condition(member)).ToList();
        foreach (var member in removed)
            Remove(member.EnvironmentId);
        return removed;
    }

    private void Occupy(PoolMember member, string requestId, DateTimeOffset now, DateTimeOffset leaseExpiresAt)
    {
        _leases[requestId] = member;
        member.RequestId = requestId;
        member.LeasedAt = now;
        member.LeaseExpiresAt = leaseExpiresAt;
        member.Leases++;
    }
}
