using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Workers.Blanks;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Workers;

/// <summary>
/// Makes, resets and removes the sandbox of one execution environment.
/// Owns:     the sandbox, and the environment's entry in the table.
/// Accepts:  Begin, NoMemory and End from the worker; from itself what the driver and the environment report.
/// Emits:    nothing; the worker watches it.
/// Promises: when it has stopped, the sandbox is gone, and whoever waited for the environment has been answered.
/// Stops:    when the environment has ended.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "An actor ends in PostStop, which disposes; nobody calls Dispose on it.")]
internal sealed class SandboxActor : ReceiveActor
{
    /// <summary>The actor only looks; a worker so busy that this passes has other troubles.</summary>
    private static readonly TimeSpan BlankDeadline = TimeSpan.FromSeconds(5);

    private readonly WorkerContext _worker;
    private readonly StartEnvironment _command;
    private readonly ExecutionEnvironment _environment;
    private readonly PlatformLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _nodeLog = Context.GetLogger();
    private readonly IActorRef? _blanks;
    private readonly string _runtime;
    private readonly TimeSpan _placement;
    private ISandbox? _sandbox;

    // When the sandbox that is being made was first waited for.
    private long _wanted;
    private bool _wasReset;
    private string? _endReason;

    /// <param name="blanks">The node's <see cref="BlankActor"/>; null where there is none.</param>
    public SandboxActor(WorkerContext worker, StartEnvironment command, IActorRef? blanks)
    {
        _worker = worker;
        _blanks = blanks;
        _command = command;
        _log = new PlatformLog(worker.Logs, command.Spec.FunctionName, LogStreamName(command, worker.Time), worker.Time, worker.Metrics);
        _runtime = command.Spec.Code.ImageUri is not null ? WorkerMetrics.ImageRuntime
            : worker.Runtimes.TryFind(command.Spec.Settings.Runtime, out var runtime) ? runtime.Identifier : WorkerMetrics.UnknownRuntime;
        worker.Metrics.Started(_runtime);
        _wanted = worker.Time.GetTimestamp();
        _environment = new ExecutionEnvironment(command.EnvironmentId, command.Spec, command.Lease, _log, new Owner(Self), worker.Time);
        _placement = command.DecidedAt is { } decided && _environment.StartedAt > decided ? _environment.StartedAt - decided : TimeSpan.Zero;
        worker.Environments.Enter(_environment);
        WaitingForMemory();
    }

    protected override void PostStop()
    {
        // Only where the actor ends out of turn is there still something to end.
        _stopping.Cancel();
        _environment.Stop();
        if (_sandbox is not null)
            _ = _sandbox.StopAsync(keepScratch: false);
        _worker.RuntimeApi.Stop(_environment.Id);
        _worker.Environments.Leave(_environment.Id);
        _worker.Metrics.Ended(_endReason ?? EndReason.Failed);
        _stopping.Dispose();
    }

    private void WaitingForMemory()
    {
        AcceptEnd();
        Receive<Begin>(_ =>
        {
            StartSandbox(mayBeBlank: true);
            Become(Starting);
        });
        Receive<NoMemory>(_ =>
        {
            _endReason ??= EndReason.NoMemory;
            _environment.StartFailed(InvocationOutcome.Refused(RequestError.Throttled(ThrottleReason.ConcurrentInvocationLimitExceeded) with
            {
                Message = $"Rate Exceeded. No worker has {_command.Spec.Settings.MemoryMib} MB of memory left for another execution environment.",
            }));
        });
        Receive<StopWanted>(_ => Context.Stop(Self));
    }

    private void Starting()
    {
        AcceptEnd();
        Receive<SandboxUp>(up =>
        {
            _sandbox = up.Sandbox;
            if (_stopping.IsCancellationRequested)
            {
                RemoveAndEnd();
                return;
            }

            _ = WatchAsync(up.Sandbox, Self);
            Become(Running);
            _worker.Metrics.SandboxStarted(_runtime, up.Phases.Blank, _wasReset);
            _environment.SandboxStarted(up.Sandbox, up.Phases);
        });
        Receive<SandboxDown>(down =>
        {
            _endReason ??= EndReason.StartFailed;
            _environment.StartFailed(down.Outcome);
            if (_sandbox is not null)
                RemoveAndEnd();
            else
                Context.Stop(Self);
        });
        Receive<StopWanted>(_ => _stopping.Cancel());
        Receive<ResetWanted>(_ => { });
    }

    private void Running()
    {
        AcceptEnd();
        Receive<RuntimeEnded>(ended => _environment.RuntimeExited(ended.Sandbox, ended.Exit));
        Receive<InitEnded>(_ =>
        {
            Context.Parent.Tell(new WorkerActor.EnvironmentStarted(_environment.Id));
            LogStart();
        });
        Receive<ResetWanted>(_ =>
        {
            _wasReset = true;
            RemoveSandbox(keepScratch: true);
            Become(Resetting);
        });
        Receive<StopWanted>(_ =>
        {
            _endReason ??= _environment.Describe().Start is { InitMs: null } ? EndReason.InitFailed : EndReason.Exited;
            RemoveAndEnd();
        });
    }

    private void Resetting()
    {
        AcceptEnd();
        Receive<SandboxRemoved>(removed =>
        {
            if (removed.Failed)
            {
                _endReason ??= EndReason.StartFailed;
                _environment.StartFailed(InvocationOutcome.NotStarted);
                Context.Stop(Self);
                return;
            }

            _wanted = _worker.Time.GetTimestamp();

            // The /tmp that was kept belongs to the ids of the sandbox that had it; a blank one has others.
            StartSandbox(mayBeBlank: false);
            Become(Starting);
        });
        Receive<StopWanted>(_ => Become(ResettingToEnd));
        Receive<RuntimeEnded>(_ => { });
    }

    // The processes are gone and /tmp is kept; a sandbox made again would only be removed.
    private void ResettingToEnd()
    {
        Receive<End>(_ => { });
        Receive<RuntimeEnded>(_ => { });
        Receive<SandboxRemoved>(_ => RemoveAndEnd());
    }

    private void AcceptEnd() => Receive<End>(end =>
    {
        _endReason ??= end.Reason;
        if (end.FinishFirst)
            _environment.StopWhenDone();
        else
            _environment.Stop();
    });

    private void Ended()
    {
        Receive<End>(_ => { });
        Receive<StopWanted>(_ => { });
        Receive<RuntimeEnded>(_ => { });
        Receive<SandboxRemoved>(_ => Context.Stop(Self));
    }

    private void RemoveAndEnd()
    {
        RemoveSandbox(keepScratch: false);
        Become(Ended);
    }

    private void StartSandbox(bool mayBeBlank)
    {
        var self = Self;
        _worker.RuntimeApi.Stop(_environment.Id);
        _ = StartAsync(mayBeBlank, _stopping.Token).PipeTo(self);
    }

    // 5, 6 and 7 of an invocation's path: package, spec, sandbox.
    private async Task<object> StartAsync(bool mayBeBlank, CancellationToken cancellation)
    {
        var spec = _command.Spec;
        var time = _worker.Time;
        var begun = time.GetTimestamp();
        try
        {
            if (spec.Code.ImageUri is not null)
                return await StartImageAsync(begun, cancellation);
            if (!_worker.Runtimes.TryFind(spec.Settings.Runtime, out var runtime))
                return new SandboxDown(InvocationOutcome.Refused(new RequestError(
                    ErrorCode.InvalidRuntime, $"The runtime {spec.Settings.Runtime} is not installed on this node any more.")));
            if (await _worker.Packages.EnsureExtractedAsync(spec.Code, cancellation) is not { } taskDirectory)
                return new SandboxDown(InvocationOutcome.Refused(RequestError.Internal($"The code package {spec.Code.Sha256} is not in the store.")));
            var extracted = time.GetTimestamp();
            if (Entrypoint.Problem(runtime.Command[0], taskDirectory) is { } problem)
                return new SandboxDown(EntrypointError(problem));

            _log.InitStart(runtime.InterpreterVersion is null ? runtime.Identifier : $"{runtime.Family}:{runtime.InterpreterVersion}");
            var sandbox = new SandboxSpec(
                _environment.Id, runtime.Command, FunctionVariables.Build(spec, runtime, _log.Stream, _worker.Partition), taskDirectory,
                runtime.Directory, spec.Settings.MemoryMib, spec.Settings.EphemeralStorageMib, _log,
                listener => _worker.RuntimeApi.Serve(_environment, listener))
            { FunctionName = spec.FunctionName };
            var blank = mayBeBlank && BlankFit.Fits(runtime, spec.Settings) ? await AssignBlankAsync(sandbox) : null;
            var started = blank ?? await StartLongAsync(sandbox, cancellation);
            return new SandboxUp(started, new StartPhases(
                blank is not null, Placement, time.GetElapsedTime(_wanted, begun), time.GetElapsedTime(begun, extracted), time.GetElapsedTime(extracted)));
        }
        catch (OperationCanceledException)
        {
            return new SandboxDown(InvocationOutcome.NotStarted);
        }
        catch (Exception failure)
        {
            // Whatever it was: who waits for the environment has to be told.
            _nodeLog.Error(failure, "Environment {0} of {1} was not started", _environment.Id, spec.FunctionName);
            return new SandboxDown(InvocationOutcome.NotStartedFor(RequestError.Internal("The execution environment could not be started; the node's log says why.")));
        }
    }

    // The same steps for a container image, which brings its own runtime and so fits no blank sandbox.
    private async Task<object> StartImageAsync(long begun, CancellationToken cancellation)
    {
        var time = _worker.Time;
        var image = await _worker.Images!.EnsureAsync(_command.Spec.Code, cancellation);
        var fetched = time.GetTimestamp();
        var (launch, problem) = ImageLaunch.Of(image, _command.Spec.Settings.ImageConfig);
        if (launch is null)
            return new SandboxDown(EntrypointError(problem!));

        var spec = launch.Sandbox(_command.Spec, _environment.Id, _log, _worker.Partition, listener => _worker.RuntimeApi.Serve(_environment, listener));
        var started = await StartLongAsync(spec, cancellation);
        return new SandboxUp(started, new StartPhases(
            false, Placement, time.GetElapsedTime(_wanted, begun), time.GetElapsedTime(begun, fetched), time.GetElapsedTime(fetched)));
    }

    // Null where there is none, or none that could be assigned: the long way is always open.
    private async Task<ISandbox?> AssignBlankAsync(SandboxSpec spec)
    {
        if (_blanks is null || (await _blanks.Ask<BlankActor.Taken>(new BlankActor.Take(_command.Spec.Settings.Runtime, spec.MemoryMib), BlankDeadline)).Blank is not { } blank)
            return null;
        try
        {
            return blank.Assign(spec);
        }
        catch (SandboxStartException refused)
        {
            _nodeLog.Warning(refused, "Environment {0}: a blank sandbox was of no use", _environment.Id);
            await blank.DiscardAsync();
            return null;
        }
    }

    private async Task<ISandbox> StartLongAsync(SandboxSpec spec, CancellationToken cancellation)
    {
        _blanks?.Tell(BlankActor.LongStartBegan.Instance, ActorRefs.NoSender);
        try
        {
            return await _worker.Driver.StartAsync(spec, cancellation);
        }
        finally
        {
            _blanks?.Tell(BlankActor.LongStartEnded.Instance, ActorRefs.NoSender);
        }
    }

    private TimeSpan Placement => _wasReset ? TimeSpan.Zero : _placement;

    private void LogStart()
    {
        if (_environment.Describe().Start is { } start)
        {
            if (!_wasReset)
                _worker.Metrics.ColdStart(_runtime, start);
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $"{(start.Blank ? "blank" : "new")}: placement {start.PlacementMs:F1} ms, queue {start.QueueMs:F1} ms, package {start.PackageMs:F1} ms, sandbox {start.SandboxMs:F1} ms, init {start.InitMs:F1} ms");
            _worker.Log.LogInformation("Environment {Id} of {Function} is ready; {Phases}", _environment.Id, _command.Spec.FunctionName, text);
        }
    }

    private InvocationOutcome EntrypointError(string reason)
    {
        var requestId = _command.Lease.RequestId;
        _log.Line($"RequestId: {requestId} Error: {reason}");
        _log.Line(PlatformErrors.InvalidEntrypoint);
        return new InvocationOutcome(
            OutcomeKind.FunctionFailed, PlatformErrors.Body(PlatformErrors.InvalidEntrypoint, requestId, reason), LeaseOutcome.Gone);
    }

    private void RemoveSandbox(bool keepScratch)
    {
        var sandbox = _sandbox!;
        if (!keepScratch)
            _sandbox = null;
        _worker.RuntimeApi.Stop(_environment.Id);
        sandbox.StopAsync(keepScratch).PipeTo(
            Self,
            success: () => new SandboxRemoved(Failed: false),
            failure: cause =>
            {
                _nodeLog.Error(cause, "The sandbox of environment {0} was not removed", _environment.Id);
                return new SandboxRemoved(Failed: true);
            });
    }

    private static async Task WatchAsync(ISandbox sandbox, IActorRef self) =>
        self.Tell(new RuntimeEnded(sandbox, await sandbox.Exited));

    private static string LogStreamName(StartEnvironment command, TimeProvider time) =>
        $"{time.GetUtcNow():yyyy'/'MM'/'dd}/[{command.Spec.Version}]{command.EnvironmentId}";

    /// <summary>From the worker: the memory is reserved.</summary>
    public sealed record Begin;

    /// <summary>From the worker: no memory came free in time.</summary>
    public sealed record NoMemory;

    /// <summary>From the worker: end the environment.</summary>
    /// <param name="FinishFirst">Not before the invocation that the function has is over.</param>
    /// <param name="Reason">One of <see cref="EndReason"/>.</param>
    public sealed record End(bool FinishFirst, string Reason);

    private sealed record SandboxUp(ISandbox Sandbox, StartPhases Phases);

    private sealed record SandboxDown(InvocationOutcome Outcome);

    private sealed record SandboxRemoved(bool Failed);

    private sealed record RuntimeEnded(ISandbox Sandbox, SandboxExit Exit);

    private sealed class InitEnded
    {
        public static readonly InitEnded Instance = new();
    }

    private sealed class ResetWanted
    {
        public static readonly ResetWanted Instance = new();
    }

    private sealed class StopWanted
    {
        public static readonly StopWanted Instance = new();
    }

    private sealed class Owner(IActorRef self) : IEnvironmentOwner
    {
        void IEnvironmentOwner.Initialized() => self.Tell(InitEnded.Instance);

        void IEnvironmentOwner.ResetWanted() => self.Tell(ResetWanted.Instance);

        void IEnvironmentOwner.StopWanted() => self.Tell(StopWanted.Instance);
    }
}
