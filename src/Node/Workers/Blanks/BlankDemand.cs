namespace Hearth.Node.Workers.Blanks;

/// <summary>
/// How many blank sandboxes of one kind are worth keeping: as many as were wanted in the busiest ten seconds of the last
/// ten minutes, and at least one. Pure bookkeeping; time comes in with each call.
/// </summary>
internal sealed class BlankDemand
{
    private const int Buckets = 60;
    private static readonly TimeSpan BucketLength = TimeSpan.FromSeconds(10);

    private readonly int[] _counts = new int[Buckets];
    private long _current;

    /// <summary>When one was last wanted, or a function that may want one was made known.</summary>
    public DateTimeOffset LastAsked { get; private set; }

    /// <summary>A function is here that may want one.</summary>
    public void Expect(DateTimeOffset now) => LastAsked = now;

    public void Note(DateTimeOffset now)
    {
        LastAsked = now;
        MoveTo(now);
        _counts[_current % Buckets]++;
    }

    public int Wanted(DateTimeOffset now)
    {
        MoveTo(now);
        return Math.Max(1, _counts.Max());
    }

    private void MoveTo(DateTimeOffset now)
    {
        var bucket = now.UtcTicks / BucketLength.Ticks;
        for (var passed = Math.Max(_current + 1, bucket - Buckets + 1); passed <= bucket; passed++)
            _counts[passed % Buckets] = 0;
        _current = Math.Max(_current, bucket);
    }
}
