using Hearth.Contracts;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Functions;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Workers;

/// <summary>
/// One execution environment where bytes pass: the invocation's holder calls <see cref="InvokeAsync"/>, the Runtime API
/// calls the rest on behalf of the runtime. Its <see cref="SandboxActor"/> makes, resets and ends the sandbox below it.
/// </summary>
/// <remarks>
/// Not an actor, so that a payload crosses no mailbox. All state is under one lock that is never held across I/O other
/// than reading the sandbox's pipe; <see cref="EnvironmentLifecycle"/> has the transitions. What the one lock holds together is
/// not to be spread over several classes: this file has the ways in and out of a phase, <c>.Responses.cs</c> the answers.
/// </remarks>
internal sealed partial class ExecutionEnvironment : IDisposable
{
    /// <summary>How long an environment is idle before its processes are stopped: one that is busy never pays for it.</summary>
    public static readonly TimeSpan FreezeAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly IEnvironmentOwner _owner;
    private readonly TimeProvider _time;
    private readonly PhaseDeadline _deadline;
    private readonly PlatformLog _log;

    private EnvironmentState _state = EnvironmentState.Starting;
    private TaskCompletionSource _sandboxStarted = NewSignal();
    private ISandbox? _sandbox;
    private TaskCompletionSource<Delivery?>? _runtimeWaits;

    private Invocation? _invocation;
    private TaskCompletionSource<InvocationOutcome>? _outcome;
    private InvocationOutcome? _ended;

    private EnvironmentStart? _start;
    private long _phaseStarted;
    private TimeSpan? _initDuration;
    private bool _initRetried;
    private bool _frozen;
    private bool _stopsWhenDone;

    public ExecutionEnvironment(EnvironmentId id, EnvironmentSpec spec, Lease firstLease, PlatformLog log, IEnvironmentOwner owner, TimeProvider time)
    {
        Id = id;
        Spec = spec;
        Lease = firstLease;
        _log = log;
        _owner = owner;
        _time = time;
        StartedAt = time.GetUtcNow();
        LastUsed = StartedAt;
        _deadline = new PhaseDeadline(time, OnDeadline);
    }

    public EnvironmentId Id { get; }

    public EnvironmentSpec Spec { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>When an invocation last came or ended.</summary>
    public DateTimeOffset LastUsed { get; private set; }

    /// <summary>The lease it is held under; null while idle.</summary>
    public Lease? Lease { get; private set; }

    /// <summary>The sandbox's name, and how its start went; null before it was made.</summary>
    public (string? Sandbox, EnvironmentStart? Start) Describe()
    {
        lock (_gate)
            return (_sandbox?.Name, _start);
    }

    public EnvironmentState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>Whether it is idle and its processes are stopped.</summary>
    public bool IsFrozen
    {
        get
        {
            lock (_gate)
                return _frozen && _state == EnvironmentState.Idle;
        }
    }

    /// <summary>The function has the invocation, and has not answered all of it.</summary>
    private bool IsInvoking => _state is EnvironmentState.Invoking or EnvironmentState.Streaming;

    private TimeSpan FunctionTimeout => TimeSpan.FromSeconds(Spec.Settings.TimeoutSeconds);

    /// <summary>
    /// Runs one invocation; where the environment is not ready, once it is. The caller holds <paramref name="lease"/>, until the
    /// end of a response that streams. Never faults, and always ends: by the function's timeout once begun, by the init limits before.
    /// </summary>
    public Task<InvocationOutcome> InvokeAsync(Invocation invocation, Lease lease)
    {
        var outcome = new TaskCompletionSource<InvocationOutcome>();
        TaskCompletionSource<Delivery?>? waits;
        Delivery delivery;
        lock (_gate)
        {
            if (_state == EnvironmentState.Stopping || _invocation is not null)
                return Task.FromResult(TakeEnding(invocation));

            Lease = lease;
            _invocation = invocation;
            _outcome = outcome;
            if (invocation.WantsLogTail)
                _log.BeginTail();
            if (_state != EnvironmentState.Idle)
                return outcome.Task;

            Thaw();
            if (_runtimeWaits is null)
            {
                // The runtime has dropped its connection: it asks again in time, or is started again.
                _deadline.Set(FunctionTimeout);
                return outcome.Task;
            }

            waits = _runtimeWaits;
            _runtimeWaits = null;
            delivery = Deliver();
        }

        // This thread goes on to write to the runtime's socket: at one connection, a hop costs more than the write.
        waits.SetResult(delivery);
        return outcome.Task;
    }

    /// <summary>The sandbox runs and its runtime process with it.</summary>
    public void SandboxStarted(ISandbox sandbox, StartPhases phases)
    {
        lock (_gate)
        {
            _sandbox = sandbox;
            _start = phases.Describe(init: null);
            if (!Move(EnvironmentInput.SandboxStarted))
                return;

            _phaseStarted = _time.GetTimestamp();
            _deadline.Set(_initRetried ? FunctionTimeout : Limits.InitPhase);
            _sandboxStarted.TrySetResult();
        }
    }

    /// <summary>
    /// The runtime's <c>GET invocation/next</c>. Null where its turn will not come: the environment stops, or the
    /// runtime has asked again on another connection.
    /// </summary>
    /// <exception cref="RuntimeStateException">The runtime asks in the middle of an invocation.</exception>
    /// <exception cref="OperationCanceledException">The connection was closed before the sandbox was ready.</exception>
    public async Task<Delivery?> NextAsync(CancellationToken connectionClosed)
    {
        await StartedAsync(connectionClosed);
        TruncateIfCut();
        TaskCompletionSource<Delivery?> waits;
        lock (_gate)
        {
            var initializing = _state == EnvironmentState.Initializing;
            if (!Move(EnvironmentInput.RuntimeAsked))
                throw new RuntimeStateException(_state);
            _deadline.Clear();
            if (initializing)
                EndInit();
            if (_invocation is not null)
                return Deliver();

            DismissRuntime();
            waits = _runtimeWaits = new TaskCompletionSource<Delivery?>();
            _deadline.Set(FreezeAfter);
        }

        await using var closed = connectionClosed.Register(() => StopWaiting(waits));
        return await waits.Task;
    }

    /// <summary>The runtime's <c>init/error</c>: the function cannot be loaded.</summary>
    /// <exception cref="OperationCanceledException">The connection was closed before the sandbox was ready.</exception>
    public async Task<RuntimeVerdict> FailInitAsync(string errorType, ReadOnlyMemory<byte> error, CancellationToken connectionClosed)
    {
        await StartedAsync(connectionClosed);
        lock (_gate)
        {
            if (_state != EnvironmentState.Initializing)
                return RuntimeVerdict.InvalidState;

            EndWithInitFailure(EnvironmentInput.InitFailed, "error", errorType, _ => error);
            return RuntimeVerdict.Accepted;
        }
    }

    /// <summary>The runtime process has ended.</summary>
    public void RuntimeExited(ISandbox sandbox, SandboxExit exit)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(sandbox, _sandbox))
                return;

            var invoking = IsInvoking;
            var reason = ExitReason.Of(exit);
            if (_state == EnvironmentState.Initializing)
            {
                EndWithInitFailure(
                    EnvironmentInput.RuntimeExited, "error", PlatformErrors.ExitError,
                    requestId => PlatformErrors.Body(PlatformErrors.ExitError, requestId, reason));
                return;
            }

            if (!Move(EnvironmentInput.RuntimeExited))
                return;

            _deadline.Clear();
            if (invoking)
            {
                var requestId = _invocation!.RequestId;
                _sandbox?.DrainOutput();
                _log.Line($"RequestId: {requestId} Error: {reason}");
                _log.Line(PlatformErrors.ExitError);
                Complete(
                    OutcomeKind.FunctionFailed, PlatformErrors.Body(PlatformErrors.ExitError, requestId, reason), LeaseOutcome.Reusable,
                    $"Status: error\tError Type: {(exit.OutOfMemory ? "Runtime.OutOfMemory" : PlatformErrors.ExitError)}").Elsewhere();
            }

            if (_state == EnvironmentState.Resetting)
                Reset();
            else
                End(InvocationOutcome.NotStarted);
        }
    }

    /// <summary>The sandbox could not be made, or made again: the invocation that waits gets <paramref name="outcome"/>.</summary>
    public void StartFailed(InvocationOutcome outcome)
    {
        lock (_gate)
        {
            if (Move(EnvironmentInput.InitFailed))
                End(outcome);
        }
    }

    /// <summary>Ends the environment; an invocation that the function already has is finished first.</summary>
    public void StopWhenDone()
    {
        lock (_gate)
        {
            if (IsInvoking)
                _stopsWhenDone = true;
            else
                Stop();
        }
    }

    /// <summary>Ends the environment. An invocation that the function already has fails with it, as when its runtime is killed.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            var invoking = IsInvoking;
            if (!Move(EnvironmentInput.StopRequested))
                return;

            if (invoking)
            {
                var body = PlatformErrors.Body(PlatformErrors.ExitError, _invocation!.RequestId, "Runtime exited with error: signal: killed");
                Complete(OutcomeKind.FunctionFailed, body, LeaseOutcome.Gone, $"Status: error\tError Type: {PlatformErrors.ExitError}").Elsewhere();
            }

            End(InvocationOutcome.NotStarted);
        }
    }

    public void Dispose() => _deadline.Dispose();

    private void OnDeadline()
    {
        lock (_gate)
        {
            if (!_deadline.HasPassed())
                return;

            if (_state == EnvironmentState.Initializing)
                InitTimedOut();
            else if (IsInvoking)
                InvokeTimedOut();
            else if (_state == EnvironmentState.Idle && _invocation is null)
                Freeze();
            else if (Move(EnvironmentInput.InvokeTimedOut))
                Reset();
        }
    }

    // Nobody waits: what the function left running stops, as it does between invocations on Lambda.
    private void Freeze()
    {
        _deadline.Clear();
        if (_runtimeWaits is null)
            return; // The runtime is about to ask again, and would be stopped in the middle of it.
        _sandbox!.Freeze();
        _frozen = true;
    }

    private void Thaw()
    {
        if (_frozen)
            _sandbox!.Thaw();
        _frozen = false;
    }

    // The first init has its own limit; its retry has the function's timeout, as an invocation has.
    private void InitTimedOut()
    {
        if (_initRetried)
        {
            EndWithInitFailure(
                EnvironmentInput.InitFailed, "timeout", PlatformErrors.TimedOut,
                requestId => PlatformErrors.Body(PlatformErrors.TimedOut, requestId, TimedOutText()));
            return;
        }

        _sandbox?.DrainOutput();
        _log.InitFailed(_time.GetElapsedTime(_phaseStarted), "timeout", PlatformErrors.TimedOut);
        Move(EnvironmentInput.InitTimedOut);
        _initRetried = true;
        Reset();
    }

    private void InvokeTimedOut()
    {
        var requestId = _invocation!.RequestId;
        Move(EnvironmentInput.InvokeTimedOut);
        _sandbox?.DrainOutput();
        _log.Line($"{_time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {requestId} {TimedOutText()}");
        Complete(
            OutcomeKind.FunctionFailed, PlatformErrors.Body(PlatformErrors.TimedOut, requestId, TimedOutText()),
            LeaseOutcome.Reusable, "Status: timeout", timedOut: true).Elsewhere();
        Reset();
    }

    private string TimedOutText() => $"Task timed out after {FunctionTimeout.TotalSeconds:F2} seconds";

    // What a killed runtime still asked must not be taken for the next one's.
    private async Task StartedAsync(CancellationToken connectionClosed)
    {
        Task started;
        lock (_gate)
            started = _sandboxStarted.Task;
        await started.WaitAsync(connectionClosed);
        connectionClosed.ThrowIfCancellationRequested();
    }

    private void StopWaiting(TaskCompletionSource<Delivery?> waits)
    {
        lock (_gate)
        {
            // Where an invocation has taken it meanwhile, the delivery is on its way.
            if (!ReferenceEquals(_runtimeWaits, waits))
                return;
            _runtimeWaits = null;
        }

        waits.TrySetResult(null);
    }

    // 8 of an invocation's path: the runtime gets it.
    private Delivery Deliver()
    {
        Move(EnvironmentInput.InvocationDelivered);
        LastUsed = _time.GetUtcNow();
        _phaseStarted = _time.GetTimestamp();
        _log.Start(_invocation!.RequestId, Spec.Version);
        _deadline.Set(FunctionTimeout);
        return new Delivery(_invocation, LastUsed + FunctionTimeout);
    }

    private void EndInit()
    {
        _initDuration = _time.GetElapsedTime(_phaseStarted);
        _start = _start! with { InitMs = _initDuration.Value.TotalMilliseconds };
        _owner.Initialized();
        _sandbox!.DrainOutput(); // What was printed while loading comes before the first START.
        _sandbox.ApplyCpuShare();
    }

    private void EndWithInitFailure(EnvironmentInput input, string status, string errorType, Func<string, ReadOnlyMemory<byte>> body)
    {
        var duration = _time.GetElapsedTime(_phaseStarted);
        var timedOut = errorType == PlatformErrors.TimedOut;
        _sandbox?.DrainOutput();
        _log.InitFailed(duration, status, errorType);
        Move(input);
        _deadline.Clear();
        if (_invocation is not null)
        {
            var requestId = _invocation.RequestId;
            _log.Start(requestId, Spec.Version);
            _phaseStarted = _time.GetTimestamp();
            _initDuration = duration;
            Complete(OutcomeKind.FunctionFailed, body(requestId), LeaseOutcome.Gone, $"Status: {status}\tError Type: {errorType}", timedOut).Elsewhere();
            End(InvocationOutcome.NotStarted);
        }
        else
        {
            End(new InvocationOutcome(OutcomeKind.FunctionFailed, body(Lease?.RequestId ?? ""), LeaseOutcome.Gone, TimedOut: timedOut));
        }
    }

    // Whoever still waits, or still comes with the first lease, gets the ending.
    private void End(InvocationOutcome ending)
    {
        _deadline.Clear();
        if (_outcome is not null)
            Hand(ending).Elsewhere();
        else
            _ended = ending;
        DismissRuntime();
        _sandboxStarted.TrySetResult();
        _owner.StopWanted();
    }

    private InvocationOutcome TakeEnding(Invocation invocation)
    {
        if (_ended is not { } ending || Lease?.RequestId != invocation.RequestId)
            return InvocationOutcome.NotStarted;

        _ended = null;
        return ending;
    }

    private void Reset()
    {
        if (StopIfAsked())
            return;

        _deadline.Clear();
        DismissRuntime();
        _sandboxStarted = NewSignal();
        _owner.ResetWanted();
    }

    private bool StopIfAsked()
    {
        if (_stopsWhenDone)
            Stop();
        return _stopsWhenDone;
    }

    private void DismissRuntime()
    {
        if (_runtimeWaits is { } waits)
            ThreadPool.QueueUserWorkItem(static waits => waits.TrySetResult(null), waits, preferLocal: false);
        _runtimeWaits = null;
    }

    private bool Move(EnvironmentInput input) => EnvironmentLifecycle.TryMove(_state, input, out _state);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
