using System.Text.Json;
using Hearth.Client.Tests.Fakes;

namespace Hearth.Client.Tests.CommandLine;

/// <summary><c>list</c>, <c>show</c>, <c>delete</c>, <c>runtimes</c> and <c>egress</c>.</summary>
public sealed class ManagingCommandTests : CommandLineTests
{
    [Fact]
    public async Task List_prints_a_row_a_function_without_colours_or_frames_in_a_pipe()
    {
        Deploy("one", "two", "three");
        var run = await RunAsync("list");
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((0, "", 4), (run.ExitCode, run.Error, lines.Length));
        Assert.Equal(["Name", "one", "three", "two"], lines.Select(line => line.Trim().Split(' ')[0]));
        Assert.DoesNotContain("\u001b", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("─", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_says_on_stderr_that_there_is_nothing()
    {
        var run = await RunAsync("list");
        Assert.Equal(new CommandRun(0, "", "No functions yet. Deploy a folder with: hearth deploy DIR\n"), run);
        Assert.Equal("[]", (await RunAsync("list", "--json")).Out.Trim());
    }

    [Fact]
    public async Task List_as_JSON_holds_whole_configurations()
    {
        Deploy("one", "two", "three");
        using var list = JsonDocument.Parse((await RunAsync("list", "--json")).Out);
        Assert.Equal(["one", "three", "two"], list.RootElement.EnumerateArray().Select(one => one.GetProperty("FunctionName").GetString()));
        Assert.Equal("Pending", list.RootElement[0].GetProperty("State").GetString());
    }

    [Fact]
    public async Task Show_prints_configuration_and_environments()
    {
        Node.Functions.Add(Request() with { Environment = new(new Dictionary<string, string> { ["COLOUR"] = "[red]" }), Description = "greets" });
        var run = await RunAsync("show", "hello");
        Assert.Equal(0, run.ExitCode);
        foreach (var text in (string[])["greets", "python3.11, x86_64", "app.handler", "COLOUR=[red]", "Active", "env-1", "Environments: 1 of at most 1000", "7.6 ms: placement 0.2, queue 0.1, package 0.0, sandbox 1.1, init 6.2 (blank)"])
            Assert.Contains(text, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_as_JSON_holds_both()
    {
        Deploy("hello");
        using var report = JsonDocument.Parse((await RunAsync("show", "hello", "--json")).Out);
        Assert.Equal("hello", report.RootElement.GetProperty("Configuration").GetProperty("FunctionName").GetString());
        Assert.Equal(7, report.RootElement.GetProperty("Environments")[0].GetProperty("Invocations").GetInt32());
    }

    [Fact]
    public async Task Show_of_a_function_that_does_not_exist_exits_3()
    {
        var run = await RunAsync("show", "nothing");
        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.DoesNotContain("Did you mean", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("YES\n", true)]
    [InlineData("\n", false)]
    [InlineData("no\n", false)]
    [InlineData("", false)]
    public async Task Delete_asks_first(string answer, bool deletes)
    {
        Deploy("hello");
        var run = await RunAsync(["delete", "hello"], answer, canAsk: true);
        Assert.Equal(new CommandRun(0, deletes ? "Deleted hello\n" : "Kept hello\n", "Delete hello? [y/N] "), run);
        Assert.Equal(deletes, Node.Functions.Find("hello") is null);
    }

    [Fact]
    public async Task Delete_does_not_ask_with_yes()
    {
        Deploy("hello");
        Assert.Equal(new CommandRun(0, "Deleted hello\n", ""), await RunAsync("delete", "hello", "--yes"));
        Assert.Null(Node.Functions.Find("hello"));
    }

    [Fact]
    public async Task Delete_wants_yes_where_nobody_can_be_asked()
    {
        Deploy("hello");
        var run = await RunAsync("delete", "hello");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("add --yes", run.Error, StringComparison.Ordinal);
        Assert.NotNull(Node.Functions.Find("hello"));
    }

    [Fact]
    public async Task Runtimes_are_listed_with_what_serves_them()
    {
        var run = await RunAsync("runtimes");
        Assert.Contains("Python 3.11.2", run.Out, StringComparison.Ordinal);
        Assert.Contains("provided.al2023", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"python3\.11 .* 3\s*\n", run.Out);
        Assert.Contains("2 of 512 MB, 1 of 2048 MB", run.Out, StringComparison.Ordinal);
        using var report = JsonDocument.Parse((await RunAsync("runtimes", "--json")).Out);
        Assert.Equal(Node.Runtimes.Count, report.RootElement.GetProperty("Runtimes").GetArrayLength());
    }

    [Fact]
    public async Task Egress_is_listed_for_all_functions_or_for_one()
    {
        var run = await RunAsync("egress");
        Assert.Contains("internet; 10.20.0.7/32", run.Out, StringComparison.Ordinal);
        Assert.Contains("10.20.0.0/16 tcp 5432", run.Out, StringComparison.Ordinal);
        Assert.Contains("/data/egress.json; name servers: 10.20.0.53", run.Error, StringComparison.Ordinal);
        Assert.Contains("Never: 198.51.100.7/32", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("billing", (await RunAsync("egress", "crawler")).Out, StringComparison.Ordinal);
        Assert.Equal(new CommandRun(0, "", "other has no network: /data/egress.json grants none\n"), await RunAsync("egress", "other"));
        using var report = JsonDocument.Parse((await RunAsync("egress", "billing", "--json")).Out);
        Assert.Equal("billing", Assert.Single(report.RootElement.GetProperty("Grants").EnumerateArray()).GetProperty("Pattern").GetString());
    }
}
