using System.Text.RegularExpressions;
using Hearth.Node.Logs;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Logs;

public sealed partial class LogRetentionTests : LogFolder
{
    private static readonly FunctionLogOptions Small = new() { MaxBytes = 3 << 20, SegmentBytes = 1 << 20, MaxAge = TimeSpan.FromDays(1) };

    [Fact]
    public async Task The_oldest_lines_go_when_a_log_grows_over_its_size()
    {
        await ReopenAsync(Small);
        var filler = new string('x', 10_000);
        for (var number = 0; number < 1_000; number++)
        {
            Append("hello", $"{number} {filler}");
            if (number % 50 == 49)
            {
                await Logs.FlushAsync();
                Assert.InRange(Files("hello").Sum(path => new FileInfo(path).Length), 1, Small.MaxBytes);
            }
        }

        var kept = (await MessagesAsync("hello")).Select(message => int.Parse(message.Split(' ')[0])).ToArray();
        Assert.InRange(kept.Length, 100, 300);
        Assert.Equal(Enumerable.Range(1_000 - kept.Length, kept.Length), kept);
    }

    [Fact]
    public async Task Lines_go_when_they_are_too_old_even_of_a_function_that_writes_no_more()
    {
        await ReopenAsync(Small);
        Append("silent", "old");
        for (var hour = 0; hour < 40; hour++)
        {
            Append("busy", $"{hour}");
            await Logs.FlushAsync();
            Clock.Advance(TimeSpan.FromHours(1));
        }

        await Logs.SweepAsync();
        Assert.False(Directory.Exists(Path.Combine(Root, "silent")));
        var kept = (await MessagesAsync("busy")).Select(int.Parse).ToArray();
        Assert.Equal(39, kept[^1]);
        Assert.InRange(kept.Length, 24, 26); // a day, and the span of one file
        Append("silent", "back");
        Assert.Equal(["back"], await MessagesAsync("silent"));
    }

    [Fact]
    public async Task A_restarted_node_sweeps_what_it_no_longer_keeps()
    {
        Append("hello", "old");
        await Logs.DisposeAsync();
        Clock.Advance(TimeSpan.FromDays(20));
        await ReopenAsync();
        await Logs.SweepAsync();
        Assert.Empty(Files("hello"));
    }

    [Fact]
    public async Task A_function_that_prints_without_end_loses_lines_in_place_and_no_other_function_does()
    {
        using var stop = new CancellationTokenSource();
        var line = new string('x', 1_000);
        var noisy = Task.Run(() =>
        {
            long count = 0;
            for (; !stop.IsCancellationRequested; count++)
                Append("noisy", $"{count} {line}");
            return count;
        });
        var deadline = Deadline();
        for (var number = 0; number < 50 || Logs.DroppedLines == 0; number++)
        {
            Append("quiet", $"{number}");
            await Logs.FlushAsync();
            deadline.ThrowIfCancellationRequested();
        }

        await stop.CancelAsync();
        var written = await noisy;
        var quiet = (await MessagesAsync("quiet")).ToArray();
        Assert.Equal(Enumerable.Range(0, quiet.Length).Select(number => $"{number}"), quiet);

        // The first file may be gone by size; from the first line kept on, what is not there is told in its place.
        long? next = null;
        foreach (var message in await MessagesAsync("noisy"))
        {
            if (Gap().Match(message) is { Success: true } gap)
                next += long.Parse(gap.Groups[1].Value);
            else
                next = AssertNext(next, long.Parse(message.Split(' ')[0])) + 1;
        }

        Assert.Equal(written, next);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_costs_lines_and_one_warning_but_never_the_caller()
    {
        var warnings = new WarningCounter();
        await ReopenAsync(logger: warnings);
        await File.WriteAllTextAsync(Path.Combine(Root, "hello"), "in the way");
        for (var number = 0; number < 10; number++)
        {
            Append("hello", "lost");
            await Logs.FlushAsync();
        }

        Append("other", "kept");
        Assert.Equal(["kept"], await MessagesAsync("other"));
        Assert.Equal(10, Logs.DroppedLines);
        Assert.Equal(1, warnings.Count);

        Clock.Advance(TimeSpan.FromMinutes(1));
        Append("hello", "lost too");
        await Logs.FlushAsync();
        Assert.Equal(2, warnings.Count);

        File.Delete(Path.Combine(Root, "hello"));
        Append("hello", "back");
        Assert.Equal(["[hearth] 11 lines are missing here: the log could not be written.", "back"], await MessagesAsync("hello"));
    }

    [Theory]
    [InlineData(1 << 20, 1 << 20, 60, "MaxBytes must be at least twice SegmentBytes")]
    [InlineData(8 << 20, 1, 60, "SegmentBytes must be at least 1048576; it is 1")]
    [InlineData(8 << 20, 1 << 20, 59, "MaxAge must be at least a minute; it is 00:00:59")]
    public void Options_out_of_bounds_are_named(int maxBytes, int segmentBytes, int seconds, string message)
    {
        var options = new FunctionLogOptions { MaxBytes = maxBytes, SegmentBytes = segmentBytes, MaxAge = TimeSpan.FromSeconds(seconds) };
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Open(options)).Message);
    }

    private static long AssertNext(long? expected, long actual)
    {
        Assert.Equal(expected ?? actual, actual);
        return actual;
    }

    [GeneratedRegex(@"^\[hearth\] (\d+) lines are missing here: they came faster")]
    private static partial Regex Gap();

    private sealed class WarningCounter : ILogger<FunctionLogs>
    {
        private int _count;

        public int Count => _count;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _count);
    }
}
