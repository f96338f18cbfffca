using Akka.Actor;
using Akka.Cluster;
using Hearth.Contracts.Environments;
using ClusterMember = Akka.Cluster.Member;

namespace Hearth.Node.Membership;

/// <summary>
/// Follows the cluster's members for this node.
/// Owns:     the node's <see cref="Fleet"/>.
/// Accepts:  the cluster's membership and reachability events; from the workers WorkerDescribed.
/// Emits:    DescribeWorker to every worker; WorkerJoined, WorkerLeft, WorkerDrains, WorkerSuspected to who follows the fleet.
/// Promises: a worker that is removed is told of once; nobody waits for one that neither its cluster nor its channel can reach.
/// Stops:    with the node.
/// </summary>
internal sealed class FleetActor : ReceiveActor, IWithTimers
{
    public const string Name = "fleet";

    /// <summary>How old a worker's figures get, and how long a worker that is not reached may be waited for between two looks.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly Fleet _fleet;
    private readonly Func<string, Task<bool>> _answersOnChannel;
    private readonly Dictionary<Address, ClusterMember> _members = [];
    private readonly HashSet<Address> _unreachable = [];

    // This node is no member any more.
    private bool _isOut;

    /// <param name="answersOnChannel">Whether a worker answers at its channel's address; to be told within two seconds.</param>
    public FleetActor(Fleet fleet, Func<string, Task<bool>> answersOnChannel)
    {
        _fleet = fleet;
        _answersOnChannel = answersOnChannel;
        Receive<ClusterEvent.MemberRemoved>(removed => OnGone(removed.Member));
        Receive<ClusterEvent.MemberDowned>(downed => OnGone(downed.Member));
        Receive<ClusterEvent.IMemberEvent>(changed => OnMember(changed.Member));
        Receive<ClusterEvent.UnreachableMember>(unreachable => OnReachability(unreachable.Member, reachable: false));
        Receive<ClusterEvent.ReachableMember>(reachable => OnReachability(reachable.Member, reachable: true));
        Receive<WorkerDescribed>(OnDescribed);
        Receive<Look>(_ => OnLook());
        Receive<Answered>(OnAnswered);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        Timers.StartPeriodicTimer(nameof(Look), Look.Instance, TimeSpan.Zero, Interval);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void OnMember(ClusterMember member)
    {
        _members[member.Address] = member;
        if (IsWorker(member))
        {
            _fleet.Expect(IdOf(member.Address));
            AskToDescribe(member.Address);
        }

        Weigh();
    }

    // Downed, it is as good as gone: its own side of the cluster has it end.
    private void OnGone(ClusterMember member)
    {
        if (!_members.Remove(member.Address))
            return;
        _isOut |= member.Address == _cluster.SelfAddress;
        _unreachable.Remove(member.Address);
        Weigh();
        if (!IsWorker(member))
            return;
        _fleet.Leave(IdOf(member.Address));
        _fleet.Tell(new WorkerLeft(IdOf(member.Address)));
    }

    private void OnReachability(ClusterMember member, bool reachable)
    {
        if (!_members.ContainsKey(member.Address) || !(reachable ? _unreachable.Remove(member.Address) : _unreachable.Add(member.Address)))
            return;
        Weigh();
        if (!IsWorker(member))
            return;
        if (_fleet.Find(IdOf(member.Address)) is { } worker)
            worker.IsSuspect = !reachable;
        _fleet.Tell(new WorkerSuspected(IdOf(member.Address), !reachable));
        if (!reachable)
            Probe(member.Address);
    }

    private void OnDescribed(WorkerDescribed described)
    {
        if (!_fleet.IsExpected(described.WorkerId))
            return; // It has left meanwhile.
        var known = _fleet.Find(described.WorkerId);
        var drained = known is { IsDraining: true };
        if (known is not null && known.Actor.Equals(Sender))
        {
            known.Describe(described);
        }
        else
        {
            known = new WorkerNode(described, Sender) { IsSuspect = _unreachable.Any(address => IdOf(address) == described.WorkerId) };
            _fleet.Enter(known);
            _fleet.Tell(new WorkerJoined(known));
        }

        if (known.IsDraining && !drained)
            _fleet.Tell(new WorkerDrains(known.Id));
    }

    private void OnLook()
    {
        foreach (var member in _members.Values.Where(IsWorker))
            AskToDescribe(member.Address);
        foreach (var address in _unreachable)
            Probe(address);
    }

    // The cluster's heartbeats may be late where its channel still answers: then its invocations are not given up.
    private void Probe(Address address)
    {
        if (_fleet.Find(IdOf(address)) is { Channel: { } channel })
            _answersOnChannel(channel).PipeTo(Self, success: answers => new Answered(address, answers), failure: _ => new Answered(address, false));
    }

    private void OnAnswered(Answered answered)
    {
        if (!answered.Answers && _unreachable.Contains(answered.Address))
            _fleet.Find(IdOf(answered.Address))?.Abandon();
    }

    private void Weigh()
    {
        var deciding = _members.Values.Where(member => member.HasRole(NodeRoles.Control)).Select(member => member.Address).ToList();
        _fleet.Weigh(_isOut || deciding.Count(address => !_unreachable.Contains(address)) * 2 < deciding.Count);
    }

    private static void AskToDescribe(Address address) =>
        Context.ActorSelection(new RootActorPath(address) / "user" / "worker").Tell(Question);

    private string IdOf(Address address) => address == _cluster.SelfAddress ? _fleet.Local : NodeRoles.IdOf(address);

    private static DescribeWorker Question { get; } = new();

    private static bool IsWorker(ClusterMember member) => member.HasRole(NodeRoles.Worker);

    private sealed class Look
    {
        public static readonly Look Instance = new();
    }

    private sealed record Answered(Address Address, bool Answers);
}
