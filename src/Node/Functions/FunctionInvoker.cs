using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Workers;

namespace Hearth.Node.Functions;

/// <summary>Runs one invocation from admission to release; see the numbered path in ARCHITECTURE.md.</summary>
internal sealed class FunctionInvoker(FunctionRegion functions, EnvironmentAccess environments, InvocationMetrics metrics)
{
    /// <summary>Environments tried for one invocation while none of them let the function see it.</summary>
    private const int MaxAttempts = 3;

    /// <summary>
    /// The invocation's outcome and the version that ran. Never <see cref="OutcomeKind.NotStarted"/>: that becomes a
    /// refusal once the attempts are used up. Not tied to its caller: a function runs on when its caller leaves. The lease of a
    /// response that streams is released at its end.
    /// </summary>
    public async Task<(InvocationOutcome Outcome, string? Version)> InvokeAsync(string functionName, Invocation invocation)
    {
        var began = metrics.Began();
        InvocationOutcome? outcome = null;
        try
        {
            (outcome, var version) = await RunAsync(began, functionName, invocation);
            return (outcome, version);
        }
        finally
        {
            if (outcome?.Stream is null)
                metrics.Ended(began, functionName, outcome);
        }
    }

    private async Task<(InvocationOutcome Outcome, string? Version)> RunAsync(long began, string functionName, Invocation invocation)
    {
        string? avoid = null;
        RequestError? failure = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var reply = await functions.AskAsync(new AdmitInvocation(functionName, invocation.RequestId, environments.Near, avoid));
            if (reply is RequestRefused refused)
                return (InvocationOutcome.Refused(failure ?? refused.Error), null);

            var lease = ((InvocationAdmitted)reply).Lease;
            var outcome = await environments.InvokeAsync(invocation, lease);
            if (outcome.Stream is { } stream)
                _ = EndAsync(began, functionName, lease, stream);
            else
                Release(functionName, lease, outcome);
            if (outcome.Kind != OutcomeKind.NotStarted)
                return (outcome, lease.Version);
            failure = outcome.Error;
            avoid = failure is null && lease.WorkerId == environments.Near ? null : lease.WorkerId;
        }

        return (InvocationOutcome.Refused(failure ?? RequestError.Internal($"{MaxAttempts} execution environments ended before the function could start.")), null);
    }

    private async Task EndAsync(long began, string functionName, Lease lease, ResponseStream stream)
    {
        var outcome = await stream.Ended;
        Release(functionName, lease, outcome);
        metrics.Ended(began, functionName, outcome);
    }

    private void Release(string functionName, Lease lease, InvocationOutcome outcome) =>
        functions.Tell(new ReleaseLease(functionName, lease.EnvironmentId, lease.RequestId, outcome.Lease));
}
