using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Hearth.Client.Tests.Fakes;

/// <summary>
/// A clock on which waits pass at once and timeouts never come. A timer shorter than <paramref name="timeoutsFrom"/> is a
/// wait: it moves the clock by its length, is noted, and fires. A longer one is a timeout: it fires when the test says so.
/// </summary>
public sealed class TestClock(TimeSpan? timeoutsFrom = null) : TimeProvider
{
    private readonly TimeSpan _timeoutsFrom = timeoutsFrom ?? TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<TestTimer> _timeouts = new();
    private readonly Channel<TestTimer> _timeoutsSet = Channel.CreateUnbounded<TestTimer>();
    private long _ticks = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero).UtcTicks;

    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    /// <summary>Done when that many more timeouts have been set.</summary>
    public async Task TimeoutsSetAsync(int count)
    {
        for (var i = 0; i < count; i++) await _timeoutsSet.Reader.ReadAsync();
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new TestTimer(callback, state);
        if (dueTime >= _timeoutsFrom)
        {
            _timeouts.Enqueue(timer);
            _timeoutsSet.Writer.TryWrite(timer);
        }
        else if (dueTime >= TimeSpan.Zero)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
            Waits.Enqueue(dueTime);
            ThreadPool.QueueUserWorkItem(_ => timer.Fire());
        }

        return timer;
    }

    /// <summary>Every timeout set so far comes.</summary>
    public void FireTimeouts()
    {
        while (_timeouts.TryDequeue(out var timer)) timer.Fire();
    }

    private sealed class TestTimer(TimerCallback callback, object? state) : ITimer
    {
        private volatile bool _isOver;

        public void Fire()
        {
            if (!_isOver) callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => !_isOver;

        public void Dispose() => _isOver = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
