using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Inspection;
using Hearth.Node.Membership;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Inspection;

/// <summary>
/// Answers what other nodes, and this one, ask about this node; one on every node, at the same path.
/// Owns:     nothing but the list of membership events.
/// Accepts:  the messages of IInspectionMessage; membership events.
/// Emits:    the reply that each message documents.
/// Promises: an answer within 1.2 seconds, or none; it waits for nothing itself.
/// Stops:    with the node.
/// </summary>
internal sealed class InspectionActor : ReceiveActor, IWithTimers
{
    public const string Name = "inspection";

    /// <summary>How long this node's other actors may take; shorter than what the node that asks this one waits for.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1.2);

    /// <summary>From a drain's answer to the host's end: the answer has to leave first.</summary>
    private static readonly TimeSpan StopDelay = TimeSpan.FromMilliseconds(200);

    private readonly InspectionContext _context;
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private DateTimeOffset? _upSince;
    private bool _draining;

    public InspectionActor(InspectionContext context)
    {
        _context = context;
        Receive<DescribeNode>(_ => Answer(DescribeAsync()));
        Receive<ListNodeEnvironments>(query => Sender.Tell(Environments(query)));
        Receive<KillEnvironment>(kill => Answer(KillAsync(kill)));
        Receive<ListFunctionLoads>(_ => Sender.Tell(new FunctionLoadsListed([.. Loads().Take(ListFunctionLoads.PageSize)])));
        Receive<ListShards>(query => Answer(ShardQueries.ShardsAsync(Context.System, Address, query)));
        Receive<DescribeSharding>(_ => Answer(ShardQueries.ShardingAsync(Context.System)));
        Receive<ListActors>(query => Sender.Tell(Actors(query.Depth)));
        Receive<ReadNodeLog>(query => Sender.Tell(context.Log.Read(query)));
        Receive<DrainNode>(_ => OnDrain());
        Receive<Answered>(answered => answered.To.Tell(answered.Reply));
        Receive<NotAnswered>(failed => _log.Warning(failed.Cause, "This node did not answer a question about itself"));
        Receive<StopHost>(_ => context.Stop());
        Receive<ClusterEvent.IClusterDomainEvent>(OnEvent);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.LeaderChanged));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private string Address => _cluster.SelfAddress.ToString();

    private void OnEvent(ClusterEvent.IClusterDomainEvent happened)
    {
        var now = _context.Time.GetUtcNow();
        if (happened is ClusterEvent.MemberUp up && up.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
            _upSince ??= now;
        if (ClusterView.Line(happened, now) is { } line)
            _context.Events.Add(line);
    }

    private void Answer<T>(Task<T> reply)
    {
        var to = Sender;
        reply.PipeTo(Self, success: found => new Answered(to, found!), failure: cause => new NotAnswered(cause));
    }

    private async Task<NodeDescribed> DescribeAsync()
    {
        var (upSince, draining) = (_upSince, _draining);
        var worker = _context.Worker is { } actor ? await actor.Ask<WorkerDescribed>(new DescribeWorker(), Deadline / 2) : null;
        var blanks = _context.Worker is null ? null : await _context.Worker.Ask<BlankActor.Described>(BlankActor.Describe.Instance, Deadline / 2);
        var self = _cluster.SelfMember;
        return new NodeDescribed(new NodeDescription(
            _context.NodeId, self.Address.ToString(), NodeRoles.Shown(self.Roles), self.Status.ToString(), InspectionContext.Version,
            _context.StartedAt, upSince, worker?.Environments ?? 0, worker?.ReservedMib ?? 0, worker?.TotalMib ?? 0, worker?.StartsWaiting ?? 0,
            blanks?.Blanks.Sum(blank => blank.Ready) ?? 0, draining || worker is { IsDraining: true }, _context.CertificatesEndAt));
    }

    private NodeEnvironmentsListed Environments(ListNodeEnvironments query)
    {
        var found = _context.Environments.Present
            .Where(environment => query.FunctionName is null || environment.Spec.FunctionName == query.FunctionName)
            .Where(environment => query.After is null || string.CompareOrdinal(environment.Id.Value, query.After) > 0)
            .OrderBy(environment => environment.Id.Value, StringComparer.Ordinal)
            .Take(ListNodeEnvironments.PageSize + 1)
            .ToList();
        return new NodeEnvironmentsListed([.. found.Take(ListNodeEnvironments.PageSize).Select(Describe)], found.Count > ListNodeEnvironments.PageSize);
    }

    private NodeEnvironment Describe(ExecutionEnvironment environment) => new(
        environment.Id.Value,
        environment.Spec.FunctionName,
        _context.NodeId,
        environment.IsFrozen ? "Frozen" : environment.State.ToString(),
        environment.Spec.Settings.MemoryMib,
        environment.StartedAt,
        environment.LastUsed,
        environment.Lease?.RequestId,
        environment.Describe().Sandbox);

    private async Task<EnvironmentKillAnswered> KillAsync(KillEnvironment kill)
    {
        var killed = _context.Worker is { } worker &&
            (await worker.Ask<WorkerActor.KillAnswered>(new WorkerActor.Kill(new EnvironmentId(kill.EnvironmentId)), Deadline)).Found;
        return new EnvironmentKillAnswered(kill.EnvironmentId, _context.NodeId, killed);
    }

    private IReadOnlyList<FunctionLoad> Loads() => FunctionLoads.Busiest(_context.Environments.Present
        .GroupBy(environment => environment.Spec.FunctionName)
        .Select(group => FunctionLoads.Of(group.Key, [.. group])));

    private ActorsListed Actors(int depth)
    {
        var (actors, omitted) = ActorTree.Walk((ExtendedActorSystem)Context.System, depth);
        return new ActorsListed(new ListActorsResponse(_context.NodeId, Address, actors, omitted));
    }

    private void OnDrain()
    {
        _log.Warning("This node was told to drain: it ends what runs and leaves");
        _draining = true;
        Sender.Tell(new NodeDraining(_context.NodeId, Address));
        Timers.StartSingleTimer(nameof(StopHost), StopHost.Instance, StopDelay);
    }

    private sealed record Answered(IActorRef To, object Reply);

    private sealed record NotAnswered(Exception Cause);

    private sealed class StopHost
    {
        public static readonly StopHost Instance = new();
    }
}
