using Hearth.Contracts.Api;
using Hearth.Node.Logs;

namespace Hearth.Node.Tests.Logs;

public sealed class LogFollowTests : LogFolder
{
    [Fact]
    public async Task A_follower_gets_old_lines_and_then_new_ones_each_once()
    {
        Append("hello", "old");
        await using var follower = Follow("hello", new LogQuery(Follow: true));
        Assert.Equal("old", await NextAsync(follower));
        for (var number = 0; number < 100; number++)
        {
            Append("hello", $"new {number}");
            Assert.Equal($"new {number}", await NextAsync(follower));
        }
    }

    [Fact]
    public async Task A_follower_may_begin_before_the_function_has_logged_and_skip_what_is_there()
    {
        await using var early = Follow("hello", new LogQuery(Follow: true));
        var first = NextAsync(early);
        Append("hello", "one");
        Assert.Equal("one", await first);

        await using var late = Follow("hello", new LogQuery(Limit: 0, Follow: true));
        var next = NextAsync(late);
        await Logs.FlushAsync();
        Append("hello", "two");
        Assert.Contains(await next, new[] { "two" });
    }

    [Fact]
    public async Task Followers_read_on_across_files_while_lines_are_written()
    {
        const int count = 600;
        var filler = new string('x', 20_000);
        var followers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await using var follower = Follow("hello", new LogQuery(Follow: true));
            for (var number = 0; number < count; number++)
                Assert.Equal($"{number}", (await NextAsync(follower)).Split(' ')[0]);
        })).ToArray();
        for (var number = 0; number < count; number++)
        {
            Append("hello", $"{number} {filler}");
            if (number % 20 == 0)
                await Logs.FlushAsync(); // so that none is dropped
        }

        await Task.WhenAll(followers);
        Assert.True(Files("hello").Length > 1);
    }

    [Fact]
    public async Task A_follower_ends_when_it_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await using var follower = Logs.ReadAsync("hello", new LogQuery(Follow: true), cancelled.Token).GetAsyncEnumerator(cancelled.Token);
        var next = follower.MoveNextAsync();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task A_follower_gets_the_last_lines_and_ends_when_the_node_stops()
    {
        await using var follower = Follow("hello", new LogQuery(Follow: true));
        Append("hello", "one");
        Assert.Equal("one", await NextAsync(follower));
        var next = NextAsync(follower);
        Append("hello", "last");
        await Logs.DisposeAsync();
        Assert.Equal("last", await next);
        Assert.False(await follower.MoveNextAsync());
    }

    [Fact]
    public async Task A_follower_goes_on_after_its_file_was_swept()
    {
        await using var follower = Follow("hello", new LogQuery(Follow: true));
        Append("hello", "one");
        Assert.Equal("one", await NextAsync(follower));
        Clock.Advance(TimeSpan.FromDays(30));
        await Logs.SweepAsync();
        Assert.Empty(Files("hello"));
        Append("hello", "two");
        Assert.Equal("two", await NextAsync(follower));
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<LogLine> follower)
    {
        Assert.True(await follower.MoveNextAsync());
        return follower.Current.Message;
    }

    private IAsyncEnumerator<LogLine> Follow(string function, LogQuery query)
    {
        var deadline = Deadline();
        return Logs.ReadAsync(function, query, deadline).GetAsyncEnumerator(deadline);
    }
}
