namespace Hearth.Node.Logs;

/// <summary>How much of each function's log is kept.</summary>
internal sealed record FunctionLogOptions
{
    /// <summary>Most bytes on disk for one function. Default 64 MiB; at least two segments.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>How long a line is kept at most. Default 14 days; a segment's span (a sixteenth of it) more at worst.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Bytes of one file of the log, the unit in which old lines are deleted. Default 4 MiB; at least 1 MiB, what one pass of the writer may bring.</summary>
    public int SegmentBytes { get; init; } = 4 << 20;

    /// <summary>Time one file covers at most, so that age can be kept for functions that write little.</summary>
    public TimeSpan SegmentSpan => MaxAge / 16;

    /// <exception cref="ArgumentException">A value is out of bounds; the message names it, its bounds and what it is.</exception>
    public FunctionLogOptions Validated()
    {
        if (SegmentBytes < FunctionLog.MaxPendingBytes)
            throw new ArgumentException($"{nameof(SegmentBytes)} must be at least {FunctionLog.MaxPendingBytes}; it is {SegmentBytes}.");
        if (MaxBytes < 2L * SegmentBytes)
            throw new ArgumentException($"{nameof(MaxBytes)} must be at least twice {nameof(SegmentBytes)} ({SegmentBytes}); it is {MaxBytes}.");
        if (MaxAge < TimeSpan.FromMinutes(1))
            throw new ArgumentException($"{nameof(MaxAge)} must be at least a minute; it is {MaxAge}.");
        return this;
    }
}
