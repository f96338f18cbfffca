using Hearth.Client.Tests.Fakes;
using Hearth.CommandLine.Hosting;

namespace Hearth.Client.Tests.CommandLine;

/// <summary>What holds for every command: help, usage, the node's absence and its refusals.</summary>
public sealed class HearthCommandTests : CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_command_and_the_exit_codes()
    {
        var run = await RunAsync("--help");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        foreach (var text in (string[])["deploy", "invoke", "list", "show", "logs", "delete", "runtimes", "cluster", "cluster-sharding", "node", "function", "environment", "actor", "no node could be reached", "130"])
            Assert.Contains(text, run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no command 'lst'. Did you mean: list", "lst")]
    [InlineData("There is no command 'frobnicate'.\n", "frobnicate")]
    [InlineData("See: hearth list --help", "list", "--frob")]
    [InlineData("'NAME' missing", "invoke")]
    [InlineData("--lines must be at least 1", "logs", "x", "--lines", "0")]
    [InlineData("--env 'X' is not of the form NAME=VALUE", "deploy", ".", "--env", "X")]
    public async Task Wrong_arguments_exit_2_and_leave_stdout_alone(string message, params string[] args)
    {
        var run = await RunAsync(args);
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_URL_exits_2()
    {
        var run = await RunAsync("list", "--endpoint", "localhost:9070");
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains("--endpoint", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("runtimes")]
    [InlineData("egress")]
    [InlineData("cluster", "show")]
    [InlineData("cluster", "tail")]
    [InlineData("node", "list")]
    [InlineData("show", "hello")]
    [InlineData("logs", "hello")]
    [InlineData("invoke", "hello")]
    [InlineData("delete", "hello", "--yes")]
    public async Task A_node_that_is_not_there_exits_4_and_says_how_to_start_one(params string[] args)
    {
        var endpoint = RetryTests.ClosedEndpoint();
        var run = await RunAtAsync(endpoint, [.. args, "--json"]);
        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.Contains($"{endpoint.GetLeftPart(UriPartial.Authority)} cannot be reached", run.Error, StringComparison.Ordinal);
        Assert.Contains("hearth-node", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_prints_the_code_the_message_and_the_reason()
    {
        for (var i = 0; i < 4; i++) Node.NextRefusal(429, "TooManyRequestsException", """{"message":"Rate Exceeded.","Reason":"CallerRateLimitExceeded"}""");
        var run = await RunAsync("list", "--json");
        Assert.Equal(new CommandRun(3, "", "error: TooManyRequestsException: Rate Exceeded. (CallerRateLimitExceeded)\n"), run);
    }

    [Fact]
    public async Task On_a_terminal_an_error_is_coloured_and_a_table_framed()
    {
        Deploy("hello");
        Assert.Contains("╭", (await RunAsync(["list"], "", isTerminal: true)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("helo", "hello")]
    [InlineData("HELLO", "hello")]
    [InlineData("thumb", "thumbnails")]
    [InlineData("zzz", "")]
    public void Close_names_are_suggested(string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', Suggestions.Among(["hello", "thumbnails", "resize-images"], name)));
}
