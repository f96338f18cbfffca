using System.Text.Json;
using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Api;

namespace Hearth.Client.Tests.CommandLine;

public sealed class LogsCommandTests : CommandLineTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 9, 30, 0, 123, TimeSpan.Zero);

    [Fact]
    public async Task Lines_are_printed_with_their_time_and_never_as_markup()
    {
        Deploy("hello");
        Node.Logs.AddRange([new LogLine(Time, "s", "START"), new LogLine(Time, "s", "[red]not a colour[/] " + new string('x', 300))]);
        var run = await RunAsync("logs", "hello");
        Assert.Equal(
            "2026-01-31T09:30:00.123Z  START\n2026-01-31T09:30:00.123Z  [red]not a colour[/] " + new string('x', 300) + "\n", run.Out);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Since_and_lines_are_asked_of_the_node()
    {
        Deploy("hello");
        await RunAsync("logs", "hello", "--since", "10m", "--lines", "5");
        Assert.Equal("/hearth/v1/functions/hello/logs?since=2026-01-31T09:20:00.0000000Z&limit=5", Node.Seen.First().PathAndQuery);
    }

    [Theory]
    [InlineData("logs", "helo")]
    [InlineData("logs", "helo", "--follow")]
    public async Task The_log_of_a_function_that_does_not_exist_is_refused_with_close_names(params string[] args)
    {
        Deploy("hello");
        var run = await RunAsync(args);
        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.Contains("Did you mean: hello?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_of_a_function_that_was_deleted_is_still_read()
    {
        Node.Logs.Add(new LogLine(Time, "s", "one"));
        Assert.Equal(new CommandRun(0, "2026-01-31T09:30:00.123Z  one\n", ""), await RunAsync("logs", "gone"));
    }

    [Fact]
    public async Task Follow_prints_lines_as_they_come_and_ends_with_130_by_Ctrl_C()
    {
        Deploy("hello");
        using var interrupt = new CancellationTokenSource();
        using var output = new LineWaiter();
        var run = RunIntoAsync(output, ["logs", "hello", "--follow", "--json"], interrupt.Token);
        await Node.NewLines.Writer.WriteAsync(new LogLine(Time, "s", "one"));
        var line = JsonSerializer.Deserialize(await output.NextLineAsync(), ApiJson.Relaxed.LogLine);
        Assert.Equal(new LogLine(Time, "s", "one"), line);
        await interrupt.CancelAsync();
        Assert.Equal(130, await run);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("5w")]
    [InlineData("-5m")]
    [InlineData("m")]
    [InlineData("999999999d")]
    public async Task An_age_that_is_none_is_refused(string age)
    {
        var run = await RunAsync("logs", "hello", "--since=" + age);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"--since '{age}' is no age such as", run.Error, StringComparison.Ordinal);
    }
}
