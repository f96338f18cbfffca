namespace Hearth.Client;

/// <summary>What a function answered, as it came: a function that failed is a result as well.</summary>
public sealed record InvocationResult
{
    /// <summary>200, or 204 for a dry run.</summary>
    public required int StatusCode { get; init; }

    /// <summary>The function's result, or its error's JSON where <see cref="FunctionError"/> is set; empty for a dry run.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary><c>Unhandled</c> where the function failed, else null.</summary>
    public string? FunctionError { get; init; }

    /// <summary>The version that ran, as <c>$LATEST</c>.</summary>
    public string? ExecutedVersion { get; init; }

    public string? RequestId { get; init; }

    /// <summary>The end of the invocation's log, decoded; null unless <see cref="InvokeOptions.LogTail"/> asked for it.</summary>
    public string? LogTail { get; init; }

    /// <exception cref="FunctionErrorException">The function failed.</exception>
    public void ThrowIfFailed()
    {
        if (FunctionError is not null) throw new FunctionErrorException(this);
    }
}
