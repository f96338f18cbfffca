namespace Hearth.Client;

/// <summary>What an invocation may ask for beside its payload.</summary>
public sealed record InvokeOptions
{
    /// <summary><c>$LATEST</c>, a version or an alias. Default: whatever the function's name says, else <c>$LATEST</c>.</summary>
    public string? Qualifier { get; init; }

    /// <summary>Asks for the last 4 KB of the log (<see cref="InvocationResult.LogTail"/>). Default: false.</summary>
    public bool LogTail { get; init; }

    /// <summary>JSON that the function finds in its context; at most <see cref="Contracts.Limits.ClientContextBytes"/>. Default: none.</summary>
    public string? ClientContext { get; init; }

    /// <summary>
    /// Says that running the function twice does no harm, so that a broken connection or a 5xx is retried too.
    /// Default: false, because the function may have run before the connection broke.
    /// </summary>
    public bool Idempotent { get; init; }
}
