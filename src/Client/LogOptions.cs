namespace Hearth.Client;

/// <summary>Which lines of a function's log to read.</summary>
public sealed record LogOptions
{
    /// <summary>No line older than this. Default: from the oldest kept.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>At most this many of the newest lines that are there now. Default: the node's own limit.</summary>
    public int? Limit { get; init; }

    /// <summary>Goes on with lines as they are written, until cancelled. Default: false.</summary>
    public bool Follow { get; init; }
}
