using Hearth.Contracts.Api;

namespace Hearth.Client;

/// <summary>A function that was waited for will not become ready: its creation or its last update failed.</summary>
public sealed class FunctionNotReadyException : HearthException
{
    internal FunctionNotReadyException(FunctionConfiguration function, string what, string? reason, string? reasonCode)
        : base($"{what} {function.FunctionName} failed: {reason ?? "the node gives no reason"}" + (reasonCode is null ? "" : $" ({reasonCode})"))
    {
        Function = function;
        Reason = reason;
        ReasonCode = reasonCode;
    }

    /// <summary>The function as it was when the wait ended.</summary>
    public FunctionConfiguration Function { get; }

    public string? Reason { get; }

    /// <summary>As AWS spells it, for example <c>InvalidRuntime</c>.</summary>
    public string? ReasonCode { get; }
}
