using System.Collections.Concurrent;
using Hearth.Contracts.Identity;
using Hearth.Node.DataChannel;
using Hearth.Node.Hosting;
using Hearth.Node.Tests.DataChannel;
using Hearth.Node.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Hosting;

public sealed class CertificateWatchTests : IDisposable
{
    private readonly TestAuthority _authority = new(days: 3_650);
    private readonly Clock _clock = new();
    private readonly Lines _log = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task A_certificate_near_its_end_is_warned_of_at_the_start_and_once_a_day()
    {
        using var certificates = NodeCertificates.Load(_authority.Folder(days: 29), _clock);
        using var watch = new CertificateWatch(certificates, _clock, _log);
        await watch.StartAsync(default);
        await WarningsAsync(1);
        var ends = certificates.Own.NotAfter.ToUniversalTime();
        Assert.StartsWith($"The certificate node.pem ends on {ends:u}", _log.Warnings.Single(), StringComparison.Ordinal);
        for (var day = 1; day <= 3; day++)
        {
            await Eventually.Holds(() => _clock.Delays == day, "it waits for the next day");
            _clock.Advance(CertificateWatch.Interval - TimeSpan.FromSeconds(1));
            Assert.Equal(day, _log.Warnings.Count);
            _clock.Advance(TimeSpan.FromSeconds(1));
            await WarningsAsync(day + 1);
        }

        await watch.StopAsync(default);
    }

    [Fact]
    public async Task One_with_more_time_is_warned_of_from_the_day_on_that_it_has_30_days_left()
    {
        using var certificates = NodeCertificates.Load(_authority.Folder(days: 32), _clock);
        Assert.Equal(certificates.Own.NotAfter, certificates.EndsAt);
        using var watch = new CertificateWatch(certificates, _clock, _log);
        await watch.StartAsync(default);
        for (var day = 1; day <= 2; day++)
        {
            Assert.Empty(_log.Warnings);
            await Eventually.Holds(() => _clock.Delays == day, "it waits for the next day");
            _clock.Advance(CertificateWatch.Interval);
        }

        await WarningsAsync(1);
        await watch.StopAsync(default);
    }

    [Fact]
    public void An_authority_near_its_end_is_warned_of_as_well()
    {
        using var authority = new TestAuthority(days: 10);
        using var certificates = NodeCertificates.Load(authority.Folder(days: 9), _clock);
        Assert.Equal(["node.pem", "ca.pem"], certificates.Ending(AuthorityCertificates.RenewalMargin).Select(ending => ending.Split(' ')[0]));
        Assert.Empty(certificates.Ending(TimeSpan.FromDays(8)));
    }

    private Task WarningsAsync(int count) => Eventually.Holds(() => _log.Warnings.Count == count, $"there are {count} warnings");

    /// <summary>Begins now, as certificates are of the real time.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly FakeTime _time = new();
        private readonly TimeSpan _ahead;
        private int _delays;

        public Clock() => _ahead = DateTimeOffset.UtcNow - _time.GetUtcNow();

        /// <summary>How often somebody has begun to wait.</summary>
        public int Delays => Volatile.Read(ref _delays);

        public override DateTimeOffset GetUtcNow() => _time.GetUtcNow() + _ahead;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = _time.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _delays);
            return timer;
        }

        public void Advance(TimeSpan time) => _time.Advance(time);
    }

    private sealed class Lines : ILogger<CertificateWatch>
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                Warnings.Enqueue(formatter(state, exception));
        }
    }
}
