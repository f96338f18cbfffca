using Hearth.Contracts.Functions;

namespace Hearth.Node.Workers;

/// <summary>What the runtime answers: at once, or as it writes.</summary>
internal sealed partial class ExecutionEnvironment
{
    /// <summary>
    /// How long a response that was cut off waits for the end of its runtime: a process that dies loses its connections first,
    /// and how it died says more than that they broke.
    /// </summary>
    private static readonly TimeSpan ExitAfterCut = TimeSpan.FromSeconds(1);

    /// <summary>The response has broken off, and it is not known yet whether its runtime lives.</summary>
    private bool _isCut;

    /// <summary>The runtime's answer: a response, or an error of the function.</summary>
    public RuntimeVerdict Respond(string requestId, OutcomeKind kind, ReadOnlyMemory<byte> payload) =>
        Respond(EnvironmentState.Invoking, requestId, kind, payload);

    /// <summary>
    /// The runtime begins an answer that it writes bit by bit. Where the caller takes it as it comes, the caller gets the stream
    /// now, and the environment is busy until <see cref="EndResponse"/>; null where the whole is wanted, by <see cref="Respond(string, OutcomeKind, ReadOnlyMemory{byte})"/>.
    /// </summary>
    public (RuntimeVerdict Verdict, ResponseStream? Stream) BeginResponse(string requestId)
    {
        Handover handover;
        ResponseStream stream;
        lock (_gate)
        {
            if (Refusal(EnvironmentState.Invoking, requestId) is { } refusal)
                return (refusal, null);
            if (!_invocation!.WantsStream)
                return (RuntimeVerdict.Accepted, null);

            stream = new ResponseStream();
            Move(EnvironmentInput.ResponseBegan);
            handover = new Handover(_outcome, InvocationOutcome.Streaming(stream));
            _outcome = stream.Ending;
        }

        handover.Here();
        return (RuntimeVerdict.Accepted, stream);
    }

    /// <summary>The end of what <see cref="BeginResponse"/> began. Refused where it has been ended otherwise meanwhile.</summary>
    /// <param name="error">Of a function that failed in the middle; else empty.</param>
    public RuntimeVerdict EndResponse(string requestId, OutcomeKind kind, ReadOnlyMemory<byte> error) =>
        Respond(EnvironmentState.Streaming, requestId, kind, error);

    /// <summary>A response that streams has broken off. Returns once the invocation has ended, if only by the end of its runtime.</summary>
    public async Task CutResponseAsync(string requestId)
    {
        Task exited;
        lock (_gate)
        {
            if (!IsInvoking || _invocation!.RequestId != requestId)
                return;
            _isCut = true;
            exited = _sandbox!.Exited;
        }

        await Task.WhenAny(exited, Task.Delay(ExitAfterCut, _time));
        if (!exited.IsCompleted)
            TruncateIfCut();
    }

    // The runtime lives on, without the end of its response.
    private void TruncateIfCut()
    {
        Handover handover;
        lock (_gate)
        {
            if (!_isCut)
                return;
            var error = PlatformErrors.Body(PlatformErrors.TruncatedResponse, _invocation!.RequestId, "The response ended before it was complete");
            handover = Responded(OutcomeKind.FunctionFailed, error);
        }

        handover.Here();
    }

    private RuntimeVerdict Respond(EnvironmentState inState, string requestId, OutcomeKind kind, ReadOnlyMemory<byte> payload)
    {
        Handover handover;
        lock (_gate)
        {
            if (Refusal(inState, requestId) is { } refusal)
                return refusal;

            handover = Responded(kind, payload);
        }

        handover.Here();
        return RuntimeVerdict.Accepted;
    }

    // The deadline stays: a runtime that does not ask for more by then is started again.
    private Handover Responded(OutcomeKind kind, ReadOnlyMemory<byte> payload)
    {
        Move(EnvironmentInput.RuntimeResponded);
        var handover = Complete(kind, payload, LeaseOutcome.Reusable);
        StopIfAsked();
        return handover;
    }

    private RuntimeVerdict? Refusal(EnvironmentState inState, string requestId)
    {
        if (_state != inState)
            return RuntimeVerdict.InvalidState;
        return _invocation!.RequestId == requestId ? null : RuntimeVerdict.InvalidRequestId;
    }

    // 9 of an invocation's path: END and REPORT are written, and the caller gets the outcome.
    private Handover Complete(OutcomeKind kind, ReadOnlyMemory<byte> payload, LeaseOutcome lease, string status = "", bool timedOut = false)
    {
        _sandbox?.DrainOutput();
        var tail = _log.End(_invocation!.RequestId, new InvocationReport(
            _time.GetElapsedTime(_phaseStarted), Spec.Settings.MemoryMib, PeakMemoryMib(), _initDuration, status));
        _initDuration = null;
        return Hand(new InvocationOutcome(kind, payload, lease, _invocation.WantsLogTail ? tail : null, TimedOut: timedOut));
    }

    private Handover Hand(InvocationOutcome outcome)
    {
        var waiting = _outcome;
        _outcome = null;
        _invocation = null;
        _isCut = false;
        Lease = null;
        LastUsed = _time.GetUtcNow();
        return new Handover(waiting, outcome);
    }

    private int PeakMemoryMib() => (int)Math.Ceiling((_sandbox?.PeakMemoryBytes ?? 0) / 1_048_576.0);
}
