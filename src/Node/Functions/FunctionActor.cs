using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Persistence;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Concurrency;
using Hearth.Node.Membership;
using Hearth.Node.Pools;
using Hearth.Node.Storage;

namespace Hearth.Node.Functions;

/// <summary>
/// Owns one function: its configuration, who may invoke it now, and the environments it runs in.
/// Owns:     the function's journal and catalogue row; the pool of its environments.
/// Accepts:  CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration, DeleteFunction, DescribeFunction,
///           DescribeEnvironments, RefreshCatalogue, AdmitInvocation, ReleaseLease; from the workers PackagePrepared,
///           EnvironmentsReported, EnvironmentEnded, ReclaimEnvironment; of them WorkerJoined, WorkerLeft, WorkerDrains, WorkerSuspected.
/// Emits:    StartEnvironment, StopEnvironment, PreparePackage, ReportEnvironments to the workers.
/// Promises: a change is answered once it is in the journal and in the catalogue; no more leases than the limit.
/// Stops:    by passivation, when it has had no environment and no message for a while.
/// </summary>
/// <remarks>
/// Longer than most files here because it is the one place where the record, the pool and the catalogue meet;
/// what they decide is in <see cref="FunctionDecider"/> and <see cref="EnvironmentPool"/>.
/// </remarks>
internal sealed class FunctionActor : ReceivePersistentActor, IWithTimers
{
    private const int EventsBetweenSnapshots = 50;

    private readonly string _name;
    private readonly FunctionContext _context;
    private readonly FunctionDecider _decider;
    private readonly EnvironmentPool _pool = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();

    // Workers whose environments of this function are not known yet.
    private readonly HashSet<string> _unheard;
    private readonly ReportParts _reports = new();

    // Workers that have the function's code extracted, of those that this actor has heard of.
    private readonly HashSet<string> _haveCode = [];

    // Invocations that wait for the account's answer; none of them is refused before.
    private readonly Queue<(AdmitInvocation Invocation, IActorRef From, DateTimeOffset Until)> _waiting = [];
    private readonly ConcurrencyBlock _concurrency;

    // Workers that could not prepare the code that is being prepared.
    private readonly HashSet<string> _cannotPrepare = [];

    private FunctionRecord? _function;
    private string? _preparesOn;
    private DateTimeOffset _prepareAskedAt;
    private Task _catalogueWrites = Task.CompletedTask;
    private DateTimeOffset _lastUsed;

    public FunctionActor(string name, FunctionContext context)
    {
        _name = name;
        _context = context;
        _decider = new FunctionDecider(name, context.Partition);
        _lastUsed = Now;
        _unheard = [.. context.Fleet.Expected];
        _concurrency = new ConcurrencyBlock(name);

        Recover<IFunctionEvent>(recorded => _function = FunctionDecider.Apply(_function, recorded));
        Recover<SnapshotOffer>(offer => _function = ((FunctionSnapshot)offer.Snapshot).Function);
        Recover<RecoveryCompleted>(_ => OnRecovered());
        Adopting();
    }

    public override string PersistenceId => $"function-{_name}";

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _context.Fleet.Follow(Self);
        base.PreStart();
    }

    protected override void PostStop()
    {
        _context.Fleet.Unfollow(Self);
        _context.Directory.Leave(_name, Self);
        base.PostStop();
    }

    private DateTimeOffset Now => _context.Time.GetUtcNow();

    private void OnRecovered()
    {
        Timers.StartPeriodicTimer(nameof(Housekeep), Housekeep.Instance, _context.HousekeepingInterval);
        if (_function is { IsSettling: true })
            Prepare(_function);

        foreach (var worker in _context.Fleet.Workers)
            OnJoined(worker);
        Timers.StartSingleTimer(nameof(AdoptionOverdue), AdoptionOverdue.Instance, _context.AdoptionDeadline);
    }

    /// <summary>The fleet is rebuilt from what the workers have before anything is decided, so that no limit is broken meanwhile.</summary>
    private void Adopting()
    {
        Command<EnvironmentsReported>(part =>
        {
            if (_reports.Add(part) is not { } report)
                return;
            Adopt(report);
            ServeOnceHeard();
        });
        Command<WorkerLeft>(left =>
        {
            OnLeft(left);
            ServeOnceHeard();
        });
        HearOfWorkers();
        Command<AdoptionOverdue>(_ =>
        {
            _log.Warning("Function {0}: {1} not reported; serving without", _name, _unheard.Count == 0 ? "no worker has" : $"the workers {string.Join(", ", _unheard)} have");
            Serve();
        });
        CommandAny(_ => Stash.Stash());
    }

    private void HearOfWorkers()
    {
        Command<WorkerJoined>(joined => OnJoined(joined.Worker));
        Command<WorkerDrains>(drains => StopAll(_pool.RetireWorker(drains.WorkerId), StopReason.Drained));
        Command<WorkerSuspected>(OnSuspected);
    }

    private void OnJoined(WorkerNode worker)
    {
        _unheard.Add(worker.Id);
        _pool.Suspend(worker.Id, worker.IsSuspect);
        worker.Actor.Tell(new ReportEnvironments(_name));
        PrepareUnlessAsked();
    }

    private void OnSuspected(WorkerSuspected suspected)
    {
        _pool.Suspend(suspected.WorkerId, suspected.IsSuspect);
        if (!suspected.IsSuspect)
            PrepareUnlessAsked();
    }

    private void OnLeft(WorkerLeft left)
    {
        _unheard.Remove(left.WorkerId);
        _reports.Forget(left.WorkerId);
        _haveCode.Remove(left.WorkerId);
        _pool.Suspend(left.WorkerId, suspended: false);
        _pool.Lose(left.WorkerId);
        if (_preparesOn == left.WorkerId && _function is { IsSettling: true })
            Prepare(_function);
    }

    private void ServeOnceHeard()
    {
        if (_unheard.Count == 0 && _context.Fleet.Workers.Any())
            Serve();
    }

    private void Adopt(EnvironmentsReported report)
    {
        if (!_unheard.Remove(report.WorkerId))
            return;
        foreach (var environment in report.Environments)
        {
            _pool.Adopt(environment.EnvironmentId, report.WorkerId, environment.StartedAt, environment.Lease, Now);
            if (environment.Deployment != _function?.Deployed?.Id)
                StopAll(_pool.RetireMember(environment.EnvironmentId), _function is null ? StopReason.Deleted : StopReason.Updated);
        }

        if (_context.Fleet.Find(report.WorkerId) is { IsDraining: true })
            StopAll(_pool.RetireWorker(report.WorkerId), StopReason.Drained);
    }

    // In service: a worker that has joined since, or one that was asked for leases that seem forgotten.
    private void OnReported(EnvironmentsReported part)
    {
        if (_reports.Add(part) is not { } report)
            return;
        if (_unheard.Contains(report.WorkerId))
        {
            Adopt(report);
            RenewConcurrency();
            return;
        }

        var leases = report.Environments.ToDictionary(environment => environment.EnvironmentId, environment => environment.Lease);
        StopAll(_pool.Reconcile(report.WorkerId, leases, Now, Now - _context.ReconcileAfter), StopReason.Updated);
    }

    private void Serve()
    {
        Timers.Cancel(nameof(AdoptionOverdue));
        Become(Serving);
        Stash.UnstashAll();
        RenewConcurrency();
        _context.Directory.Enter(_name, Self);
    }

    private void Serving()
    {
        Command<AdmitInvocation>(invocation => Admit(invocation, Sender));
        Command<ConcurrencyGranted>(OnGranted);
        Command<ReturnConcurrency>(_ => AskAccount(_concurrency.Return(_pool.Leased, _waiting.Count)));
        Command<Renew>(_ => RenewConcurrency());
        Command<ReleaseLease>(Release);
        Command<CreateFunction>(Change);
        Command<UpdateFunctionCode>(Change);
        Command<UpdateFunctionConfiguration>(Change);
        Command<DeleteFunction>(Change);
        Command<DescribeFunction>(Change);
        Command<DescribeEnvironments>(_ => Sender.Tell(_function is null ? new RequestRefused(_decider.NotFound()) : DescribePool()));
        Command<RefreshCatalogue>(_ => WriteCatalogue(null, null));
        Command<PackagePrepared>(OnPrepared);
        Command<EnvironmentEnded>(ended => _pool.Remove(ended.EnvironmentId));
        Command<ReclaimEnvironment>(OnReclaim);
        Command<EnvironmentsReported>(OnReported);
        Command<WorkerLeft>(OnLeft);
        HearOfWorkers();
        Command<StorageAsked>(OnStorageAsked);
        Command<CatalogueWritten>(OnCatalogueWritten);
        Command<Housekeep>(_ => OnHousekeep());
        Command<SaveSnapshotSuccess>(_ => { });
        Command<SaveSnapshotFailure>(failure => _log.Warning(failure.Cause, "Function {0}: no snapshot was saved", _name));
    }

    // 2 of an invocation's path: resolve what runs, admit, lease.
    private void Admit(AdmitInvocation invocation, IActorRef from)
    {
        _lastUsed = Now;
        if (_function?.Deployed is not { } deployed)
        {
            from.Tell(new RequestRefused(_function is null
                ? RequestError.FunctionNotFound(_context.Partition.FunctionArn(_name, FunctionReference.Latest))
                : RequestError.FunctionNotActive(_function.State.ToString())));
            return;
        }

        var expiresAt = _lastUsed + _context.LeaseMargin + TimeSpan.FromSeconds(deployed.Settings.TimeoutSeconds);
        var limits = new PoolLimits(Math.Min(_concurrency.Held, _context.ConcurrencyLimit), ScalingRate.Of(_context.Fleet.TotalMib, deployed.Settings.MemoryMib));
        var decision = _pool.Admit(
            invocation.RequestId, FunctionContext.NewEnvironmentId(), limits, _lastUsed, expiresAt,
            new Preference(invocation.Near, invocation.Avoid), () => Place(deployed.Settings.MemoryMib, invocation.Avoid));
        switch (decision.Verdict)
        {
            case PoolVerdict.Throttle when _pool.Leased + _waiting.Count < _context.ConcurrencyLimit:
                _waiting.Enqueue((invocation, from, _lastUsed + _context.AccountPatience));
                if (!_concurrency.IsAsking)
                    AskAccount(_concurrency.More(_pool.Leased, _waiting.Count));
                return;
            case PoolVerdict.Throttle or PoolVerdict.TooFast:
                from.Tell(new RequestRefused(RequestError.Throttled(ThrottleReason.ConcurrentInvocationLimitExceeded)));
                return;
            case PoolVerdict.Homeless:
                from.Tell(new RequestRefused(new RequestError(ErrorCode.ServiceUnavailable, "No worker is there to run the function; try again.")));
                return;
        }

        var lease = new Lease(decision.EnvironmentId, decision.WorkerId!, invocation.RequestId, FunctionReference.Latest, expiresAt);
        if (decision.Verdict == PoolVerdict.Cold && _context.Fleet.Find(lease.WorkerId) is { } worker)
        {
            worker.Promise(deployed.Settings.MemoryMib);
            _haveCode.Add(worker.Id);
            worker.Actor.Tell(new StartEnvironment(decision.EnvironmentId, SpecOf(deployed), lease, _lastUsed));
        }

        from.Tell(new InvocationAdmitted(lease));
    }

    private void OnGranted(ConcurrencyGranted granted)
    {
        if (_concurrency.Take(granted) is not { } isAll)
            return;
        while (_waiting.TryPeek(out var next) && (next.Until <= Now || _pool.Leased < _concurrency.Held))
        {
            // One that has waited too long is not there any more: its lease would be nobody's.
            if (_waiting.Dequeue().Until > Now)
                Admit(next.Invocation, next.From);
        }

        if (_waiting.Count > 0 && isAll)
        {
            AskAccount(_concurrency.More(_pool.Leased, _waiting.Count)); // They have come since it was asked.
            return;
        }

        while (_waiting.TryDequeue(out var refused))
            refused.From.Tell(new RequestRefused(RequestError.Throttled(ThrottleReason.ConcurrentInvocationLimitExceeded)));
    }

    // Again and again, until there is nothing to tell any more.
    private void RenewConcurrency()
    {
        if (_concurrency.Renew(_pool.Leased, _pool.Count) is { } request)
            AskAccount(request);
        else
            Timers.Cancel(nameof(Renew));
    }

    private void AskAccount(RequestConcurrency request)
    {
        _context.Account.Tell(request);
        if (Timers.IsTimerActive(nameof(Renew)))
            return;
        var interval = AccountActor.RenewalInterval(_context.ConcurrencyLimit);
        Timers.StartPeriodicTimer(nameof(Renew), Renew.Instance, interval, interval);
    }

    private string? Place(int memoryMib, string? avoid) => Placement.Choose(
        [.. _context.Fleet.Workers.Where(worker => IsUsable(worker) && worker.Id != avoid).Select(worker => new WorkerLoad(worker.Id, worker.FreeMib, worker.TotalMib, _pool.CountOn(worker.Id), _haveCode.Contains(worker.Id)))],
        memoryMib, Random.Shared.Next);

    private static bool IsUsable(WorkerNode worker) => worker is { IsSuspect: false, IsDraining: false };

    private EnvironmentSpec SpecOf(Deployment deployed) => new(
        _name, _context.Partition.FunctionArn(_name), FunctionReference.Latest, deployed.Id, deployed.Settings, deployed.Code);

    private void Release(ReleaseLease release)
    {
        // Gone to who held it, it may still be with the worker, as where it came too late for its invocation.
        if (release.Outcome == LeaseOutcome.Gone)
            Stop(_pool.Remove(release.EnvironmentId), StopReason.Unfit);
        else
            Stop(_pool.Release(release.EnvironmentId, release.RequestId, Now), StopReason.Updated);
    }

    private void OnReclaim(ReclaimEnvironment reclaim)
    {
        // One that nobody here knows of was to end before, and the worker has not heard of it.
        if (!_pool.Has(reclaim.EnvironmentId) && !_unheard.Contains(reclaim.WorkerId))
            _context.Fleet.Find(reclaim.WorkerId)?.Actor.Tell(new StopEnvironment(reclaim.EnvironmentId, StopReason.MemoryPressure));
        else
            Stop(_pool.Reclaim(reclaim.EnvironmentId), StopReason.MemoryPressure);
    }

    private void Change(IFunctionMessage command)
    {
        if (AnswerUnlessChanged(command) is not null)
            AskStorage(command);
    }

    // What there is to record; null where nothing is: then it has been answered.
    private Decision? AnswerUnlessChanged(IFunctionMessage command)
    {
        _lastUsed = Now;
        var decision = _decider.Decide(_function, command, NewRevisionId(), _lastUsed);
        if (decision.Events.Count > 0)
            return decision;
        Sender.Tell(decision.Reply);
        return null;
    }

    private void OnPrepared(PackagePrepared prepared)
    {
        if (_preparesOn is { } worker && prepared.Code == _function?.Code)
        {
            if (prepared.Failure is null)
                _haveCode.Add(worker);
            else if (prepared.IsWorkers && _cannotPrepare.Add(worker) && FindPreparer() is { } next)
            {
                PrepareOn(next, _function);
                return;
            }
        }

        if (FunctionDecider.Settle(_function, prepared, NewRevisionId(), Now) is not null)
            AskStorage(prepared);
    }

    // An actor whose write fails ends, and with it what it knows of its fleet: so it asks first.
    private void AskStorage(object change) =>
        _context.StorageRefusal().PipeTo(Self, Sender, refusal => new StorageAsked(change, refusal));

    private void OnStorageAsked(StorageAsked asked)
    {
        switch (asked)
        {
            case { Change: PackagePrepared prepared, Refusal: not null }:
                Timers.StartSingleTimer(prepared, prepared, _context.CatalogueRetryInterval);
                break;
            case { Change: PackagePrepared prepared }:
                if (FunctionDecider.Settle(_function, prepared, NewRevisionId(), Now) is { } settled)
                    Persist(settled, recorded => OnRecorded(recorded, null, null));
                break;
            case { Refusal: { } refusal }:
                Sender.Tell(new RequestRefused(refusal));
                break;
            case { Change: IFunctionMessage command }:
                Record(command);
                break;
        }
    }

    // Decided anew: another change may have been recorded meanwhile.
    private void Record(IFunctionMessage command)
    {
        var replyTo = Sender;
        if (AnswerUnlessChanged(command) is { } decision)
            PersistAll(decision.Events, recorded => OnRecorded(recorded, replyTo, decision.Reply));
    }

    private void OnRecorded(IFunctionEvent recorded, IActorRef? replyTo, object? reply)
    {
        _function = FunctionDecider.Apply(_function, recorded);
        switch (recorded)
        {
            case FunctionCreated or FunctionCodeUpdated or FunctionConfigurationUpdated:
                Prepare(_function!);
                break;
            case FunctionSettled { Failure: null } or FunctionDeleted:
                StopAll(_pool.Retire(), recorded is FunctionDeleted ? StopReason.Deleted : StopReason.Updated);
                break;
        }

        if (LastSequenceNr % EventsBetweenSnapshots == 0)
            SaveSnapshot(new FunctionSnapshot(_function));
        WriteCatalogue(replyTo, reply);
    }

    private void PrepareUnlessAsked()
    {
        if (_preparesOn is null && _function is { IsSettling: true })
            Prepare(_function);
    }

    // On one worker: others fetch the code with their first environment. Where none is there, the first that joins or is trusted again is asked.
    private void Prepare(FunctionRecord function)
    {
        _haveCode.Clear();
        _cannotPrepare.Clear();
        PrepareOn(FindPreparer(), function);
    }

    private WorkerNode? FindPreparer() =>
        _context.Fleet.Find(_context.Fleet.Local) is { } local && CanPrepare(local) ? local : _context.Fleet.Workers.FirstOrDefault(CanPrepare);

    private bool CanPrepare(WorkerNode worker) => IsUsable(worker) && !_cannotPrepare.Contains(worker.Id);

    private void PrepareOn(WorkerNode? worker, FunctionRecord function)
    {
        _preparesOn = worker?.Id;
        _prepareAskedAt = Now;
        worker?.Actor.Tell(new PreparePackage(function.Code, function.Settings.Runtime, function.Settings.MemoryMib));
    }

    private void StopAll(IEnumerable<PoolMember> members, StopReason reason)
    {
        foreach (var member in members)
            Stop(member, reason);
    }

    private void Stop(PoolMember? member, StopReason reason)
    {
        if (member is not null)
            _context.Fleet.Find(member.WorkerId)?.Actor.Tell(new StopEnvironment(member.EnvironmentId, reason));
    }

    /// <summary>One write after the other, so that the row never goes back in time. The reply follows its own write.</summary>
    private void WriteCatalogue(IActorRef? replyTo, object? reply)
    {
        var row = new CatalogueEntry(_name, LastSequenceNr, _function?.Describe(_name, _context.Partition));
        _catalogueWrites = WriteAfter(_catalogueWrites, row);
        _catalogueWrites.PipeTo(
            Self,
            success: () => new CatalogueWritten(replyTo, reply, null),
            failure: cause => new CatalogueWritten(replyTo, reply, cause));
    }

    private async Task WriteAfter(Task earlier, CatalogueEntry entry)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _context.Catalogue.PutAsync(entry, CancellationToken.None);
    }

    private void OnCatalogueWritten(CatalogueWritten written)
    {
        if (written.Cause is not null)
        {
            _log.Error(written.Cause, "Function {0}: the catalogue was not written; trying again in {1}", _name, _context.CatalogueRetryInterval);
            Timers.StartSingleTimer(nameof(RefreshCatalogue), new RefreshCatalogue(_name), _context.CatalogueRetryInterval);
        }

        written.ReplyTo?.Tell(written.Cause is null
            ? written.Reply!
            : new RequestRefused(RequestError.Internal("The change was recorded, but the function catalogue could not be written; lists may lag behind.")));
    }

    private void OnHousekeep()
    {
        StopAll(_pool.Expire(Now, Now - _context.IdleTimeout), StopReason.Expired);
        foreach (var worker in _pool.WorkersWithLeases(Now - _context.ReconcileAfter))
            _context.Fleet.Find(worker)?.Actor.Tell(new ReportEnvironments(_name));
        if (_function is { IsSettling: true } && Now - _prepareAskedAt > _context.AskAgainAfter)
            Prepare(_function); // Who is at it already, or has it, answers once more.
        if (_pool.Count > 0 || Now - _lastUsed <= _context.PassivateAfter || _function is { IsSettling: true })
            return;

        _context.Directory.Leave(_name, Self);
        Context.Parent.Tell(new Passivate(PoisonPill.Instance));
    }

    private EnvironmentsDescribed DescribePool() => new(_context.ConcurrencyLimit, [.. _pool.Members.Select(member => new EnvironmentDescription(
        member.EnvironmentId.Value,
        member.RequestId is null ? "Idle" : "Leased",
        member.Leases,
        member.StartedAt,
        member.RequestId is null ? member.IdleSince : null))]);

    private static string NewRevisionId() => Guid.NewGuid().ToString();

    /// <param name="Change">A command, or <see cref="PackagePrepared"/>.</param>
    /// <param name="Refusal">Null where it can be recorded.</param>
    private sealed record StorageAsked(object Change, RequestError? Refusal);

    private sealed record CatalogueWritten(IActorRef? ReplyTo, object? Reply, Exception? Cause);

    private sealed class Housekeep
    {
        public static readonly Housekeep Instance = new();
    }

    private sealed class Renew
    {
        public static readonly Renew Instance = new();
    }

    private sealed class AdoptionOverdue
    {
        public static readonly AdoptionOverdue Instance = new();
    }
}

/// <summary>What a snapshot of a function's journal holds; null where the function is deleted.</summary>
internal sealed record FunctionSnapshot(FunctionRecord? Function);
