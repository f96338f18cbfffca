using Akka.Actor;
using Akka.Event;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Functions;
using Hearth.Node.Packages.Images;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Workers;

/// <summary>
/// Hosts this node's execution environments.
/// Owns:     the node's memory budget; one <see cref="SandboxActor"/> an environment; the <see cref="BlankActor"/>.
/// Accepts:  StartEnvironment, StopEnvironment, PreparePackage, ReportEnvironments, DescribeWorker, Kill, Quiesce, Drain; for
///           its BlankActor Expect and its Describe.
/// Emits:    PackagePrepared, EnvironmentsReported, WorkerDescribed, KillAnswered, Quiesced, Drained to who asks;
///           EnvironmentEnded, ReclaimEnvironment to functions.
/// Promises: never more memory than the budget; EnvironmentEnded for every environment it was told to start.
/// Stops:    with the node.
/// </summary>
internal sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan QueueInterval = TimeSpan.FromMilliseconds(250);

    // Then the question, or its answer, was lost.
    private static readonly TimeSpan ReclaimPatience = TimeSpan.FromSeconds(3);

    private readonly WorkerContext _context;
    private readonly MemoryBudget _budget;
    private readonly StartPlaces _places;
    private readonly Dictionary<EnvironmentId, Member> _members = [];

    // Every function that comes into memory asks for its own.
    private readonly Dictionary<string, HashSet<Member>> _byFunction = [];
    private readonly LinkedList<Member> _waiting = [];

    // Asked back from their pools, each with when it was, and neither gone nor leased since.
    private readonly Dictionary<EnvironmentId, DateTimeOffset> _reclaimed = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef? _blanks;
    private IActorRef? _quiescer;
    private IActorRef? _drainer;
    private bool _blanksDrained;

    public WorkerActor(WorkerContext context)
    {
        _context = context;
        _budget = new MemoryBudget(context.MemoryBudgetMib);
        _places = new StartPlaces(context.StartsAtOnce);
        if (context.Driver.Blanks is { } driver && context.BlankMemoryMib > 0)
            _blanks = Context.ActorOf(Props.Create(() => new BlankActor(driver, context.Runtimes, context.BlankMemoryMib, context.Time, context.Metrics)), "blanks");

        Receive<StartEnvironment>(Start);
        Receive<StopEnvironment>(End);
        Receive<EnvironmentRemoved>(removed => OnRemoved(removed.EnvironmentId));
        Receive<EnvironmentStarted>(started =>
        {
            if (_places.Leave(started.EnvironmentId))
                ServeWaiting();
        });
        Receive<ServeQueue>(_ => ServeWaiting());
        Receive<ReportEnvironments>(OnReport);
        Receive<DescribeWorker>(_ => Sender.Tell(Describe()));
        Receive<PreparePackage>(prepare =>
        {
            if (prepare.Code.ImageUri is null)
                _blanks?.Tell(new BlankActor.Expect(prepare.Runtime, prepare.MemoryMib));
            PrepareAsync(prepare.Code).PipeTo(Sender);
        });
        Receive<BlankActor.Expect>(expect => _blanks?.Forward(expect));
        Receive<BlankActor.Describe>(describe =>
        {
            if (_blanks is null)
                Sender.Tell(new BlankActor.Described([]));
            else
                _blanks.Forward(describe);
        });
        Receive<Quiesce>(_ =>
        {
            _quiescer = Sender;
            AnswerQuiescer();
        });
        Receive<Kill>(OnKill);
        Receive<Drain>(_ => OnDrain());
        Receive<BlankActor.Drained>(_ =>
        {
            _blanksDrained = true;
            AnswerDrainer();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    // A sandbox's actor that throws has a bug; its environment is not to be trusted, and its PostStop removes the sandbox.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
    {
        _log.Error(cause, "A sandbox's actor failed; its environment is stopped");
        return Directive.Stop;
    });

    // After every message, so that no change of the budget goes untold.
    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = base.AroundReceive(receive, message);
        _context.Metrics.Memory(_budget.ReservedMib, _budget.TotalMib, _waiting.Count);
        return handled;
    }

    protected override void PreStart() => _context.Metrics.Memory(0, _budget.TotalMib, 0);

    // 4 of an invocation's path: the lease is out, the environment is made.
    private void Start(StartEnvironment command)
    {
        // From locals alone: for any other argument Akka compiles an expression, which takes part of a millisecond each time.
        var (context, blanks) = (_context, _blanks);
        var sandbox = Context.ActorOf(Props.Create(() => new SandboxActor(context, command, blanks)), command.EnvironmentId.Value);
        Context.WatchWith(sandbox, new EnvironmentRemoved(command.EnvironmentId));
        var member = new Member(command, sandbox, _context.Time.GetUtcNow() + _context.MemoryWait);
        Enter(member);
        if (_quiescer is not null)
        {
            // Its function has not heard yet; whoever waits for it is given another.
            sandbox.Tell(new SandboxActor.End(FinishFirst: true, EndReason.Of(StopReason.Drained)));
            return;
        }

        if (member.MemoryMib > _budget.TotalMib)
        {
            // It would hold up the queue, and clear the node of idle environments, for nothing.
            sandbox.Tell(new SandboxActor.NoMemory());
            return;
        }

        _waiting.AddLast(member);
        ServeWaiting();
    }

    /// <summary>First come, first served: a large start is not overtaken for ever by small ones.</summary>
    private void ServeWaiting()
    {
        var now = _context.Time.GetUtcNow();
        while (_waiting.First?.Value is { } first && _drainer is null && _places.HasFree(now) && _budget.TryReserve(first.MemoryMib))
        {
            _waiting.RemoveFirst();
            _places.Take(first.Command.EnvironmentId, now);
            first.Reserved = true;
            first.Sandbox.Tell(new SandboxActor.Begin());
        }

        while (_waiting.First?.Value is { } overdue && (overdue.Deadline <= now || _drainer is not null))
        {
            _waiting.RemoveFirst();
            overdue.Sandbox.Tell(new SandboxActor.NoMemory());
        }

        if (_waiting.Count == 0)
        {
            Timers.Cancel(nameof(ServeQueue));
            return;
        }

        ReclaimIdle();
        if (!Timers.IsTimerActive(nameof(ServeQueue)))
            Timers.StartPeriodicTimer(nameof(ServeQueue), ServeQueue.Instance, QueueInterval);
    }

    // The pool that owns an idle environment decides: it may have leased it in this moment.
    private void ReclaimIdle()
    {
        // Those that wait may wait for other starts alone.
        if (WaitingMib <= _budget.FreeMib)
            return;
        var members = _context.Environments.All.Where(environment => _members.TryGetValue(environment.Id, out var member) && member.Reserved).ToList();
        var now = _context.Time.GetUtcNow();
        var free = members.Where(environment => environment.Lease is null).Select(environment => environment.Id).ToHashSet();
        foreach (var (id, _) in _reclaimed.Where(asked => !free.Contains(asked.Key) || asked.Value + ReclaimPatience <= now).ToList())
            _reclaimed.Remove(id);

        // Memory on its way back is not asked for twice: ending a sandbox takes longer than the time to the next look.
        var leaving = members.Where(environment => environment.State == EnvironmentState.Stopping || _reclaimed.ContainsKey(environment.Id));
        var idle = members.Where(environment => environment is { Lease: null, State: EnvironmentState.Idle } && !_reclaimed.ContainsKey(environment.Id));
        var chosen = _budget.ChooseReclaims(
            idle, environment => environment.LastUsed, environment => environment.Spec.Settings.MemoryMib,
            WaitingMib - leaving.Sum(environment => (long)environment.Spec.Settings.MemoryMib));
        foreach (var environment in chosen)
        {
            _reclaimed.Add(environment.Id, now);
            _context.TellFunction(new ReclaimEnvironment(environment.Spec.FunctionName, environment.Id, _context.WorkerId));
        }
    }

    private void End(StopEnvironment stop)
    {
        if (_members.TryGetValue(stop.EnvironmentId, out var member))
            member.Sandbox.Tell(new SandboxActor.End(FinishFirst: true, EndReason.Of(stop.Reason)));
    }

    private void OnKill(Kill kill)
    {
        var found = _members.TryGetValue(kill.EnvironmentId, out var member);
        member?.Sandbox.Tell(new SandboxActor.End(FinishFirst: false, EndReason.Killed));
        Sender.Tell(new KillAnswered(found));
    }

    private void OnRemoved(EnvironmentId environmentId)
    {
        if (Leave(environmentId) is not { } member)
            return;

        _places.Leave(environmentId);
        if (member.Reserved)
            _budget.Free(member.MemoryMib);
        else
            _waiting.Remove(member);
        _context.TellFunction(new EnvironmentEnded(member.Command.Spec.FunctionName, environmentId));
        ServeWaiting();
        AnswerQuiescer();
        AnswerDrainer();
    }

    private async Task<PackagePrepared> PrepareAsync(CodeReference code)
    {
        try
        {
            if (code.ImageUri is not null)
                return await PrepareImageAsync(code);
            return await _context.Packages.EnsureExtractedAsync(code, CancellationToken.None) is null
                ? new PackagePrepared(code, "The code package is not in the store.")
                : new PackagePrepared(code, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _log.Warning("The code package {0} could not be extracted: {1}", code.Sha256, failure.Message);
            return new PackagePrepared(code, "The code package could not be extracted; the log of the node says why.", IsWorkers: true);
        }
        catch (Exception failure)
        {
            // Whatever it was: the function waits for an answer.
            return new PackagePrepared(code, $"The code package could not be extracted: {failure.Message}");
        }
    }

    private async Task<PackagePrepared> PrepareImageAsync(CodeReference code)
    {
        try
        {
            if (_context.Images is not { } images)
                return new PackagePrepared(code, "This node serves no container images.");
            await images.EnsureAsync(code, CancellationToken.None);
            return new PackagePrepared(code, null);
        }
        catch (ImageException failure)
        {
            return new PackagePrepared(code, failure.Message, failure.Code);
        }
    }

    private long WaitingMib => _waiting.Sum(member => (long)member.MemoryMib);

    private WorkerDescribed Describe() => new(
        _context.WorkerId, _context.Channel, _budget.TotalMib, _budget.ReservedMib, WaitingMib,
        (_quiescer ?? _drainer) is not null, _members.Count, _waiting.Count);

    private void OnReport(ReportEnvironments asked)
    {
        var environments = _byFunction.TryGetValue(asked.FunctionName, out var members) ? members.Select(Report).ToList() : [];
        var parts = Math.Max(1, (environments.Count + EnvironmentsReported.PartSize - 1) / EnvironmentsReported.PartSize);
        for (var part = 0; part < parts; part++)
        {
            Sender.Tell(new EnvironmentsReported(
                asked.FunctionName, _context.WorkerId, [.. environments.Skip(part * EnvironmentsReported.PartSize).Take(EnvironmentsReported.PartSize)], part, parts));
        }
    }

    private ReportedEnvironment Report(Member member) => _context.Environments.TryFind(member.Command.EnvironmentId) is { } environment
        ? new ReportedEnvironment(environment.Id, environment.Spec.Deployment, environment.StartedAt, environment.Lease)
        : new ReportedEnvironment(member.Command.EnvironmentId, member.Command.Spec.Deployment, _context.Time.GetUtcNow(), member.Command.Lease);

    private void Enter(Member member)
    {
        _members.Add(member.Command.EnvironmentId, member);
        var name = member.Command.Spec.FunctionName;
        if (!_byFunction.TryGetValue(name, out var members))
            _byFunction.Add(name, members = []);
        members.Add(member);
    }

    // Null where it is not here.
    private Member? Leave(EnvironmentId environmentId)
    {
        if (!_members.Remove(environmentId, out var member))
            return null;
        var name = member.Command.Spec.FunctionName;
        var members = _byFunction[name];
        members.Remove(member);
        if (members.Count == 0)
            _byFunction.Remove(name);
        return member;
    }

    private void AnswerQuiescer()
    {
        if (_members.Count == 0)
            _quiescer?.Tell(Quiesced.Instance);
    }

    private void OnDrain()
    {
        _drainer = Sender;
        foreach (var member in _members.Values)
            member.Sandbox.Tell(new SandboxActor.End(FinishFirst: false, EndReason.Shutdown));
        ServeWaiting();
        _blanksDrained = _blanks is null;
        _blanks?.Tell(BlankActor.Drain.Instance);
        AnswerDrainer();
    }

    private void AnswerDrainer()
    {
        if (_members.Count == 0 && _blanksDrained)
            _drainer?.Tell(Drained.Instance);
    }

    /// <summary>Starts no more environments; their functions end those that are there, each after its invocation. Reply: <see cref="Quiesced"/> once none is left.</summary>
    public sealed class Quiesce
    {
        public static readonly Quiesce Instance = new();
    }

    public sealed class Quiesced
    {
        public static readonly Quiesced Instance = new();
    }

    /// <summary>Ends an environment at once: an invocation that the function has fails. Reply: <see cref="KillAnswered"/>.</summary>
    public sealed record Kill(EnvironmentId EnvironmentId);

    public sealed record KillAnswered(bool Found);

    /// <summary>Ends every environment and starts no more. Reply: <see cref="Drained"/> once none is left.</summary>
    public sealed class Drain
    {
        public static readonly Drain Instance = new();
    }

    public sealed class Drained
    {
        public static readonly Drained Instance = new();
    }

    private sealed class ServeQueue
    {
        public static readonly ServeQueue Instance = new();
    }

    /// <summary>Its runtime has come to its first look for work.</summary>
    internal sealed record EnvironmentStarted(EnvironmentId EnvironmentId);

    private sealed record EnvironmentRemoved(EnvironmentId EnvironmentId);

    private sealed class Member(StartEnvironment command, IActorRef sandbox, DateTimeOffset deadline)
    {
        public StartEnvironment Command => command;

        public IActorRef Sandbox => sandbox;

        public DateTimeOffset Deadline => deadline;

        public int MemoryMib => command.Spec.Settings.MemoryMib;

        public bool Reserved { get; set; }
    }
}
