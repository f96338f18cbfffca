using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Workers;

namespace Hearth.Node.Functions;

/// <summary>Runs one invocation from admission to release; see the numbered path in ARCHITECTURE.md.</summary>
internal sealed class FunctionInvoker(FunctionRegion functions, EnvironmentTable environments, InvocationMetrics metrics)
{
    /// <summary>Environments tried for one invocation while none of them let the function see it.</summary>
    private const int MaxAttempts = 3;

    /// <summary>
    /// The invocation's outcome and the version that ran. Never <see cref="OutcomeKind.NotStarted"/>: that becomes a
    /// refusal once the attempts are used up. Not tied to its caller: a function runs on when its caller leaves.
    /// </summary>
    public async Task<(InvocationOutcome Outcome, string? Version)> InvokeAsync(string functionName, Invocation invocation)
    {
        InvocationOutcome? outcome = null;
        var began = metrics.Began();
        try
        {
            for (var attempt = 1; attempt <= MaxAttempts; attempt++)
            {
                var reply = await functions.AskAsync(new AdmitInvocation(functionName, invocation.RequestId));
                if (reply is RequestRefused refused)
                    return (outcome = InvocationOutcome.Refused(refused.Error), null);

                var lease = ((InvocationAdmitted)reply).Lease;
                outcome = await environments.InvokeAsync(invocation, lease);
                functions.Tell(new ReleaseLease(functionName, lease.EnvironmentId, lease.RequestId, outcome.Lease));
                if (outcome.Kind != OutcomeKind.NotStarted)
                    return (outcome, lease.Version);
            }

            return (outcome = InvocationOutcome.Refused(RequestError.Internal($"{MaxAttempts} execution environments ended before the function could start.")), null);
        }
        finally
        {
            metrics.Ended(began, functionName, outcome);
        }
    }
}
