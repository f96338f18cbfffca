using System.Net;
using System.Net.Sockets;
using System.Text;
using Hearth.Contracts.Api;
using Hearth.Node.Logs;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.DataChannel;

/// <summary>What another node has of a function's log.</summary>
public class LogsOverChannelTests
{
    [Fact]
    public async Task Lines_come_in_their_order_and_as_they_were_written()
    {
        await using var rig = await ChannelRig.StartAsync();
        for (var number = 0; number < 500; number++)
            Append(rig, $"grüße {number} \"\\");
        var lines = await ReadAsync(rig, new LogQuery());
        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"grüße {number} \"\\"), lines.Select(line => line.Message));
        Assert.Equal(("stream", rig.Clock.GetUtcNow()), (lines[0].Stream, lines[0].Timestamp));
        Assert.Empty(await ReadAsync(rig, new LogQuery(), "other"));
    }

    [Fact]
    public async Task What_the_query_leaves_out_does_not_come()
    {
        await using var rig = await ChannelRig.StartAsync();
        Append(rig, "old");
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        var since = rig.Clock.GetUtcNow();
        foreach (var text in new[] { "a", "b", "c" })
            Append(rig, text);
        Assert.Equal(["a", "b", "c"], (await ReadAsync(rig, new LogQuery(Since: since))).Select(line => line.Message));
        Assert.Equal(["b", "c"], (await ReadAsync(rig, new LogQuery(Limit: 2))).Select(line => line.Message));
        Assert.Empty(await ReadAsync(rig, new LogQuery(Limit: 0)));
    }

    [Fact]
    public async Task A_follower_gets_each_line_until_it_is_cancelled()
    {
        await using var rig = await ChannelRig.StartAsync();
        using var cancelled = new CancellationTokenSource();
        Append(rig, "0");
        await using var follower = rig.Client.ReadLogsAsync(rig.Channel, "hello", new LogQuery(Follow: true), cancelled.Token).GetAsyncEnumerator(cancelled.Token);
        for (var number = 0; number < 50; number++)
        {
            Assert.True(await Eventually.Result(follower.MoveNextAsync().AsTask()));
            Assert.Equal($"{number}", follower.Current.Message);
            Append(rig, $"{number + 1}");
            rig.Node.Time.AdvanceSeconds(10); // However long it takes.
        }

        Assert.True(await Eventually.Result(follower.MoveNextAsync().AsTask()));
        var next = follower.MoveNextAsync().AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Result(next));
    }

    [Fact]
    public async Task A_reader_may_take_its_time_between_two_lines()
    {
        await using var rig = await ChannelRig.StartAsync();
        foreach (var text in new[] { "a", "b", "c" })
            Append(rig, text);
        var read = new List<string>();
        await foreach (var line in rig.Client.ReadLogsAsync(rig.Channel, "hello", new LogQuery(), default))
        {
            read.Add(line.Message);
            rig.Node.Time.AdvanceSeconds(60);
        }

        Assert.Equal(["a", "b", "c"], read);
    }

    [Fact]
    public async Task A_node_that_hangs_or_is_away_ends_the_read()
    {
        await using var rig = await ChannelRig.StartAsync(TimeProvider.System);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Assert.Empty(await Eventually.Result(ReadAtAsync(rig, silent.LocalEndpoint.ToString()!)));
        Assert.Empty(await Eventually.Result(ReadAtAsync(rig, ChannelRig.FreeEndPoint().ToString())));
    }

    [Fact]
    public async Task A_node_that_ends_in_the_middle_ends_the_read()
    {
        await using var rig = await ChannelRig.StartAsync();
        Append(rig, "a");
        await using var follower = rig.Client.ReadLogsAsync(rig.Channel, "hello", new LogQuery(Follow: true), default).GetAsyncEnumerator();
        Assert.True(await Eventually.Result(follower.MoveNextAsync().AsTask()));
        var next = follower.MoveNextAsync().AsTask();
        rig.Server.Dispose();
        Assert.False(await Eventually.Result(next));
    }

    private static void Append(ChannelRig rig, string text) => rig.Logs.Append("hello", "stream", rig.Clock.GetUtcNow(), Encoding.UTF8.GetBytes(text));

    private static Task<List<LogLine>> ReadAtAsync(ChannelRig rig, string channel) => ListAsync(rig.Client.ReadLogsAsync(channel, "hello", new LogQuery(), default));

    private static Task<List<LogLine>> ReadAsync(ChannelRig rig, LogQuery query, string function = "hello") =>
        Eventually.Result(ListAsync(rig.Client.ReadLogsAsync(rig.Channel, function, query, default)));

    private static async Task<List<LogLine>> ListAsync(IAsyncEnumerable<LogLine> lines)
    {
        var list = new List<LogLine>();
        await foreach (var line in lines)
            list.Add(line);
        return list;
    }
}
