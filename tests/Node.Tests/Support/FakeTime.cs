namespace Hearth.Node.Tests.Support;

/// <summary>
/// A clock that moves only when it is told to, and runs the timers that come due on the caller's thread, in the order
/// of their instants; the clock shows each timer its own instant.
/// </summary>
internal sealed class FakeTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<FakeTimer> _armed = [];
    private DateTimeOffset _now = new(2026, 11, 2, 10, 0, 0, TimeSpan.Zero);

    /// <summary>How much too early timers fire, as those of the system may by a few milliseconds.</summary>
    public TimeSpan Early { get; init; }

    public DateTimeOffset Now => GetUtcNow();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        var until = Now + time;
        while (TakeDue(until) is { } due)
            due.Run();
        lock (_gate)
            _now = until;
    }

    public void AdvanceSeconds(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    private FakeTimer? TakeDue(DateTimeOffset until)
    {
        lock (_gate)
        {
            var due = _armed.Where(timer => timer.FiresAt <= until).MinBy(timer => timer.FiresAt);
            if (due is null)
                return null;
            _armed.Remove(due);
            _now = due.FiresAt > _now ? due.FiresAt : _now;
            return due;
        }
    }

    private sealed class FakeTimer(FakeTime clock, Action run) : ITimer
    {
        public DateTimeOffset FiresAt { get; private set; }

        public void Run() => run();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
                throw new NotSupportedException("Periodic timers are not needed here.");
            lock (clock._gate)
            {
                clock._armed.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                FiresAt = clock._now + (dueTime > clock.Early ? dueTime - clock.Early : dueTime);
                clock._armed.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._armed.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
