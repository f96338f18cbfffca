using System.Collections.Concurrent;
using Akka.Actor;

namespace Hearth.Node.Membership;

/// <summary>
/// The cluster as this node sees it: every worker, and whether this node is cut off from the others. Written by the
/// <see cref="FleetActor"/> alone, read by all.
/// </summary>
/// <param name="local">This node's id.</param>
internal sealed class Fleet(string local) : IDisposable
{
    private readonly ConcurrentDictionary<string, WorkerNode> _workers = new();
    private readonly ConcurrentDictionary<string, byte> _expected = new();
    private readonly ConcurrentDictionary<IActorRef, byte> _followers = new();
    private readonly Lock _gate = new();
    private CancellationTokenSource _cutOff = new();

    /// <summary>This node's id, which is its worker's as well.</summary>
    public string Local => local;

    /// <summary>Those that have described themselves.</summary>
    public IEnumerable<WorkerNode> Workers => _workers.Values;

    /// <summary>Of all workers together: what environments may be promised.</summary>
    public long TotalMib { get; private set; }

    /// <summary>The ids of all workers that are members, whether they have described themselves or not.</summary>
    public IEnumerable<string> Expected => _expected.Keys;

    public bool IsExpected(string workerId) => _expected.ContainsKey(workerId);

    /// <summary>Cancelled while fewer than half of the nodes that decide can be reached: the others go on without this one.</summary>
    public CancellationToken CutOff
    {
        get
        {
            lock (_gate)
                return _cutOff.Token;
        }
    }

    /// <summary>Null where it has not described itself, or is gone.</summary>
    public WorkerNode? Find(string workerId) => _workers.GetValueOrDefault(workerId);

    /// <summary>Whether this node is cut off by now.</summary>
    public void Weigh(bool isCutOff)
    {
        if (isCutOff == _cutOff.IsCancellationRequested)
            return;
        if (isCutOff)
        {
            _cutOff.Cancel();
            return;
        }

        lock (_gate)
        {
            _cutOff.Dispose();
            _cutOff = new CancellationTokenSource();
        }
    }

    /// <summary>A worker is a member.</summary>
    public void Expect(string workerId) => _expected.TryAdd(workerId, 0);

    public void Enter(WorkerNode worker)
    {
        Expect(worker.Id);
        _workers[worker.Id] = worker;
        TotalMib = _workers.Values.Sum(one => one.TotalMib);
    }

    /// <summary>The worker is no member any more.</summary>
    public void Leave(string workerId)
    {
        _expected.TryRemove(workerId, out _);
        if (_workers.TryRemove(workerId, out var worker))
            worker.Dispose();
        TotalMib = _workers.Values.Sum(one => one.TotalMib);
    }

    /// <summary>
    /// From now on the actor, one of this node, is told <see cref="WorkerJoined"/>, <see cref="WorkerLeft"/>, <see cref="WorkerDrains"/>
    /// and <see cref="WorkerSuspected"/>.
    /// </summary>
    /// <remarks>Every function's actor does: the system's event stream looks through all of its subscribers for each that comes or goes.</remarks>
    public void Follow(IActorRef actor) => _followers.TryAdd(actor, 0);

    public void Unfollow(IActorRef actor) => _followers.TryRemove(actor, out _);

    /// <summary>Tells all who follow.</summary>
    public void Tell(object happened)
    {
        foreach (var (follower, _) in _followers)
            follower.Tell(happened, ActorRefs.NoSender);
    }

    public void Dispose() => _cutOff.Dispose();
}

/// <summary>A worker has described itself for the first time. Told to the actors that follow the fleet, as the others.</summary>
internal sealed record WorkerJoined(WorkerNode Worker);

/// <summary>A worker is no member any more: it has ended, or ends by itself.</summary>
internal sealed record WorkerLeft(string WorkerId);

/// <summary>A worker takes no more environments, and is to leave.</summary>
internal sealed record WorkerDrains(string WorkerId);

/// <summary>A worker is not to be reached, or is again.</summary>
internal sealed record WorkerSuspected(string WorkerId, bool IsSuspect);
