namespace Hearth.Node.Pools;

/// <summary>A pool's idle members by their worker, the one used last first.</summary>
internal sealed class IdleMembers
{
    // Each list in the order of release: workers are few, members may be many.
    private readonly Dictionary<string, List<PoolMember>> _byWorker = [];
    private readonly HashSet<string> _suspended = [];
    private long _order;

    public int Count { get; private set; }

    public void Add(PoolMember member)
    {
        member.IdleOrder = ++_order;
        if (!_byWorker.TryGetValue(member.WorkerId, out var members))
            _byWorker.Add(member.WorkerId, members = []);
        members.Add(member);
        Count++;
    }

    /// <summary>Takes the one used last on the nearest worker, else the one used last anywhere; null where none is to be had.</summary>
    public PoolMember? Take(Preference preference)
    {
        bool MayBe(string worker) => worker != preference.Avoid && !_suspended.Contains(worker);
        var members = preference.Near is { } near && MayBe(near) ? _byWorker.GetValueOrDefault(near) : null;
        if (members is null)
        {
            foreach (var (worker, others) in _byWorker)
            {
                if (MayBe(worker) && (members is null || others[^1].IdleOrder > members[^1].IdleOrder))
                    members = others;
            }
        }

        var member = members?[^1];
        if (member is not null)
            Remove(member);
        return member;
    }

    /// <summary>Whether the members of a worker may be taken.</summary>
    public void Suspend(string workerId, bool suspended)
    {
        if (suspended)
            _suspended.Add(workerId);
        else
            _suspended.Remove(workerId);
    }

    public void Remove(PoolMember member)
    {
        var members = _byWorker[member.WorkerId];
        members.RemoveAt(members.LastIndexOf(member));
        if (members.Count == 0)
            _byWorker.Remove(member.WorkerId);
        Count--;
    }
}

/// <param name="Near">The worker whose members come first; null for none.</param>
/// <param name="Avoid">The worker whose members do not come; null for none.</param>
internal readonly record struct Preference(string? Near, string? Avoid = null);
