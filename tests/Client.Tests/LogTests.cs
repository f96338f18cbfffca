using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Microsoft.AspNetCore.Http;

namespace Hearth.Client.Tests;

public sealed class LogTests : NodeTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Lines_are_read_in_order_and_the_query_says_which()
    {
        Deploy("hello");
        Node.Logs.AddRange([new LogLine(Time, "s", "one"), new LogLine(Time, "s", "tw\no \u001b[1m")]);
        var lines = await ReadAsync(new LogOptions { Since = Time.ToOffset(TimeSpan.FromHours(2)), Limit = 5 });
        Assert.Equal(Node.Logs, lines);
        Assert.Equal("/hearth/v1/functions/hello/logs?since=2026-01-31T09:30:00.0000000Z&limit=5", Node.Seen.Single().PathAndQuery);
    }

    [Fact]
    public async Task A_line_is_there_as_soon_as_it_is_written()
    {
        Deploy("hello");
        await using var lines = Client.ReadLogsAsync("hello", new LogOptions { Follow = true }).GetAsyncEnumerator();
        for (var i = 0; i < 3; i++)
        {
            // Nothing more is written before this one has been read.
            await Node.NewLines.Writer.WriteAsync(new LogLine(Time, "s", $"line {i}"));
            Assert.True(await lines.MoveNextAsync());
            Assert.Equal($"line {i}", lines.Current.Message);
        }

        Node.NewLines.Writer.Complete();
        Assert.False(await lines.MoveNextAsync());
    }

    [Fact]
    public async Task Cancelling_ends_a_follow_that_waits_for_a_line()
    {
        Deploy("hello");
        Node.Logs.Add(new LogLine(Time, "s", "one"));
        using var cancellation = new CancellationTokenSource();
        await using var lines = Client.ReadLogsAsync("hello", new LogOptions { Follow = true }, cancellation.Token).GetAsyncEnumerator(cancellation.Token);
        Assert.True(await lines.MoveNextAsync());
        var next = lines.MoveNextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task A_timeout_does_not_end_a_follow_that_has_begun()
    {
        Deploy("hello");
        Node.Logs.Add(new LogLine(Time, "s", "one"));
        await using var lines = Client.ReadLogsAsync("hello", new LogOptions { Follow = true }).GetAsyncEnumerator();
        Assert.True(await lines.MoveNextAsync());
        Clock.FireTimeouts();
        await Node.NewLines.Writer.WriteAsync(new LogLine(Time, "s", "two"));
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("two", lines.Current.Message);
    }

    [Fact]
    public async Task A_stream_that_breaks_says_so()
    {
        Node.Next(async context =>
        {
            await context.Response.WriteAsync("""{"Timestamp":"2026-01-31T09:30:00Z","Stream":"s","Message":"one"}""" + "\n\n");
            await context.Response.Body.FlushAsync();
            await Node.NewLines.Reader.ReadAsync();
            context.Abort();
        });
        await using var lines = Client.ReadLogsAsync("hello").GetAsyncEnumerator();
        Assert.True(await lines.MoveNextAsync());
        await Node.NewLines.Writer.WriteAsync(new LogLine(Time, "s", "now"));
        await Assert.ThrowsAsync<HearthUnreachableException>(async () => await lines.MoveNextAsync());
    }

    [Fact]
    public async Task A_query_that_the_node_refuses_is_a_LambdaException()
    {
        Node.NextRefusal(400, "InvalidParameterValueException", """{"message":"limit '0' is no number of 1 or more."}""");
        var error = await Assert.ThrowsAsync<LambdaException>(() => ReadAsync(new LogOptions { Limit = 0 }));
        Assert.Equal(ErrorCode.InvalidParameterValue, error.Code);
    }

    private async Task<List<LogLine>> ReadAsync(LogOptions options)
    {
        List<LogLine> lines = [];
        await foreach (var line in Client.ReadLogsAsync("hello", options)) lines.Add(line);
        return lines;
    }
}
