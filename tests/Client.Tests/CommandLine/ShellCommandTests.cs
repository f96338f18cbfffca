using Hearth.Client.Tests.Fakes;
using Hearth.CommandLine;
using Hearth.CommandLine.Hosting;

namespace Hearth.Client.Tests.CommandLine;

public sealed class ShellCommandTests : CommandLineTests
{
    [Fact]
    public async Task Lines_of_a_pipe_are_carried_out_in_turn()
    {
        Deploy("hello");
        var run = await RunAsync(["shell"], "# a comment\n\ncluster members\nhearth invoke hello --payload '{\"a\": 1}'\nhelp cluster\nexit\nlist\n");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"{FakeCluster.First} | up\n{FakeCluster.Second} | leaving\n{{\"a\": 1}}\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("Have a member leave the cluster in order.", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("python3.11", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_fails_is_told_and_the_next_is_carried_out()
    {
        var run = await RunAsync(["shell"], "node show onne\nclusterr\nshell\nlist 'x\ncluster members\n");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"{FakeCluster.First} | up", run.Out, StringComparison.Ordinal);
        foreach (var text in (string[])["Did you mean: one", "There is no command 'clusterr'", "This is the shell already", "A quote is not closed"])
            Assert.Contains(text, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_line_of_a_pipe_is_asked_for_a_yes()
    {
        var run = await RunAsync(["shell"], "node drain one\ny\n", canAsk: true);
        Assert.Contains("add --yes", run.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Cluster.Drained);
    }

    [Fact]
    public async Task JSON_holds_for_every_line() =>
        Assert.StartsWith("[", (await RunAsync(["shell", "--json"], "cluster members\n")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task A_person_types_completes_and_brings_back_lines_until_the_end()
    {
        Deploy("hello");
        var (code, screen) = await TypeAsync("clus<Tab> mem<Tab><Enter><Up><Enter>node sho<^C><Enter><^D>");
        Assert.Equal(0, code);
        Assert.Equal(2, screen.Split($"{FakeCluster.First} | up").Length - 1);
        Assert.Contains("hearth> cluster members ", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_options_and_names_are_completed()
    {
        Deploy("hello", "help-desk");
        var (_, screen) = await TypeAsync("function show hell<Tab><^U>node show t<Tab><^U>actor tree --no<Tab>o<Tab><^U>function show hel<Tab><Tab><^U>cluster t<Tab><^U>cluster<Tab><^U>environment list --fun<Tab>hello<Tab><^U><^D>");
        foreach (var text in (string[])["function show hello ", "node show two ", "actor tree --node one ", "hello  help-desk", "cluster tail ", "cluster  cluster-sharding", "environment list --function hello "])
            Assert.Contains(text, screen, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Screen)> TypeAsync(string keys)
    {
        using var output = new StringWriter();
        var queue = new Queue<ConsoleKeyInfo>(LineEditorTests.Keys(keys));
        var terminal = new Terminal(
            Terminal.Over(output, isTerminal: false), Stream.Null, Terminal.Over(output, isTerminal: false), Stream.Null, CanAsk: true, new TestClock())
        {
            ReadKey = queue.Dequeue,
        };
        var code = await HearthCommand.RunAsync(["shell", "--endpoint", Node.Endpoint.ToString()], terminal);
        Assert.Empty(queue);
        return (code, output.ToString());
    }
}
