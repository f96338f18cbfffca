namespace Hearth.Node.Workers;

/// <summary>The one deadline an environment has at a time, for the phase it is in. Used under the environment's lock.</summary>
/// <remarks>It rings without the lock, perhaps too early or too late: whoever is rung has to ask <see cref="HasPassed"/>.</remarks>
internal sealed class PhaseDeadline : IDisposable
{
    /// <summary>Timers count whole milliseconds and cut off what is left over.</summary>
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _setAt;
    private TimeSpan? _limit;

    public PhaseDeadline(TimeProvider time, Action ring)
    {
        _time = time;
        _timer = time.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Set(TimeSpan limit)
    {
        _setAt = _time.GetTimestamp();
        _limit = limit;
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    public void Clear()
    {
        _limit = null;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the deadline is set and over. A timer that rang a moment early, or for the deadline before this one, is set again.</summary>
    public bool HasPassed()
    {
        if (_limit is not { } limit)
            return false;

        var left = limit - _time.GetElapsedTime(_setAt);
        if (left > TimeSpan.Zero)
            _timer.Change(left + TimerGrain, Timeout.InfiniteTimeSpan);
        return left <= TimeSpan.Zero;
    }

    public void Dispose() => _timer.Dispose();
}
