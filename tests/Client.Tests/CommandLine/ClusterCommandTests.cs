using System.Text.Json;
using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Api;

namespace Hearth.Client.Tests.CommandLine;

/// <summary><c>cluster</c>, <c>cluster-sharding</c>, <c>node</c>, <c>function</c>, <c>environment</c>, <c>actor</c> and <c>log</c>.</summary>
public sealed class ClusterCommandTests : CommandLineTests
{
    private const string First = FakeCluster.First, Second = FakeCluster.Second;

    [Theory]
    [InlineData("cluster show", First + " [control,gateway] up 2026-01-29 05:30:00Z 2d 4h leader", Second + " [worker] leaving unreachable", "Count: 2 nodes")]
    [InlineData("cluster members", First + " | up", Second + " | leaving")]
    [InlineData("cluster status", "Node: " + First + ", up", "Leader: " + First, First + " of control", "Unreachable: " + Second, "Converged: no")]
    [InlineData("cluster-sharding regions", "function " + First, "function " + Second)]
    [InlineData("cluster-sharding shards", "function 7 " + First + " 12", "Count: 2 shards")]
    [InlineData("cluster-sharding shards function", "function 23 " + Second + " 0")]
    [InlineData("cluster-sharding stats", "function " + First + " 60 400")]
    [InlineData("cluster-sharding locate hello", "hello is in shard 7 of function, on " + First + ", awake")]
    [InlineData("node list", "one " + First + " control,gateway 0.1.0 2d 4h 3 384 of 1024 MiB 2 up", "two " + Second + " worker 0.1.0 0s 0 0 of 2048 MiB 0 draining")]
    [InlineData("node show one", "Memory 384 of 1024 MiB", "Roles control, gateway", "Member since 2026-01-29 05:30:02Z", "Certificates until 2027-03-05 05:30:00Z")]
    [InlineData("function list", "hello python3.11 128 MB")]
    [InlineData("function show hello", "Name hello", "Environments: 1 of at most 1000")]
    [InlineData("function top --once", "2 invocations in 4 environments", "hello 2 3 1 384 MiB")]
    [InlineData("environment list", "env-1 hello one Invoking 128 MiB 2d 4h 2d 4h ago request-1", "Count: 2 environments")]
    [InlineData("environment kill env-1", "Killed env-1 on one")]
    [InlineData("actor tree", First, "/ (2)", "user (1)", "worker")]
    public async Task A_command_prints_for_people_and_for_programs(string command, params string[] texts)
    {
        Deploy("hello");
        var run = await RunAsync(command.Split(' '));
        Assert.Equal(0, run.ExitCode);
        var printed = string.Join('\n', run.Out.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        foreach (var text in texts) Assert.Contains(text, printed, StringComparison.Ordinal);
        Assert.DoesNotContain("did not answer", run.Out + run.Error.Replace("shards that did not answer", "", StringComparison.Ordinal), StringComparison.Ordinal);

        using var report = JsonDocument.Parse((await RunAsync([.. command.Split(' '), "--json"])).Out);
        Assert.NotEqual(JsonValueKind.Null, report.RootElement.ValueKind);
    }

    [Theory]
    [InlineData("cluster show")]
    [InlineData("cluster-sharding regions")]
    [InlineData("cluster-sharding shards")]
    [InlineData("cluster-sharding stats")]
    [InlineData("cluster-sharding locate hello")]
    [InlineData("node list")]
    [InlineData("environment list")]
    [InlineData("function top --once")]
    public async Task Nodes_that_do_not_answer_are_named_and_the_rest_is_printed(string command)
    {
        const string lost = "akka.tcp://hearth@10.0.0.3:9071";
        Deploy("hello");
        Node.Cluster.Unanswered.Add(lost);
        var run = await RunAsync(command.Split(' '));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"warning: did not answer: {lost}\n", run.Error, StringComparison.Ordinal);

        run = await RunAsync([.. command.Split(' '), "--json"]);
        using var report = JsonDocument.Parse(run.Out);
        Assert.Equal(lost, Assert.Single(report.RootElement.GetProperty("Unanswered").EnumerateArray()).GetString());
        Assert.Contains(lost, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_has_a_row_and_shards_that_failed_are_told()
    {
        Node.Cluster.Unanswered.Add("akka.tcp://hearth@10.0.0.3:9071");
        Assert.Matches(@"akka\.tcp://hearth@10\.0\.0\.3:9071 .* did not answer", (await RunAsync("node", "list")).Out);
        Assert.Contains("warning: shards that did not answer: function/9", (await RunAsync("cluster-sharding", "shards")).Error, StringComparison.Ordinal);
        Assert.Contains("have more than was read in time", (await RunAsync("environment", "list")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster shw", 2, "There is no command 'cluster shw'. Did you mean: show")]
    [InlineData("clusterr", 2, "There is no command 'clusterr'. Did you mean: cluster?")]
    [InlineData("cluster-sharding shards functoin", 3, "Did you mean: function?")]
    [InlineData("cluster-sharding locate helo", 3, "Did you mean: hello?")]
    [InlineData("node show onne", 3, "Did you mean: one")]
    [InlineData("node drain onne --yes", 3, "Did you mean: one")]
    [InlineData("actor tree --node twoo", 3, "Did you mean: two")]
    [InlineData("function show helo", 3, "Did you mean: hello?")]
    [InlineData("environment kill env-7", 3, "Did you mean: env-1, env-2?")]
    [InlineData("cluster down akka.tcp://hearth@10.0.0.2:9072 --yes", 3, "Did you mean: " + Second)]
    [InlineData("cluster leave akka.tcp://hearth@10.0.0.2:9072 --yes", 3, "Did you mean: " + Second)]
    [InlineData("actor tree --depth 11", 2, "--depth must be 1 to 10")]
    [InlineData("cluster tail --for soon", 2, "--for 'soon' is no time such as 30s")]
    [InlineData("cluster down", 2, "'ADDRESS' missing")]
    public async Task A_wrong_name_is_answered_with_near_ones(string command, int exitCode, string text)
    {
        Deploy("hello");
        var run = await RunAsync(command.Split(' '));
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.Contains(text, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_taken_back_is_asked_for()
    {
        Assert.Equal(new CommandRun(0, "", "Drain one and stop it? [y/N] Left as it is\n"), await RunAsync(["node", "drain", "one"], "n\n", canAsk: true));
        Assert.Empty(Node.Cluster.Drained);
        Assert.Equal(2, (await RunAsync("node", "drain", "one")).ExitCode);
        Assert.Equal($"one ({First}) drains and stops\n", (await RunAsync(["node", "drain", "one"], "y\n", canAsk: true)).Out);
        Assert.Equal(["one"], Node.Cluster.Drained);
        Assert.Equal(2, (await RunAsync("cluster", "down", Second)).ExitCode);
        Assert.Equal($"{Second} is declared gone\n", (await RunAsync("cluster", "down", Second, "--yes")).Out);
        Assert.Equal($"{First} leaves\n", (await RunAsync("cluster", "leave", "--yes")).Out);
    }

    [Fact]
    public async Task Node_and_function_are_asked_of_the_node()
    {
        await RunAsync("environment", "list", "--node", "10.0.0.1:9071", "--function", "hello");
        Assert.Equal("/hearth/v1/environments?node=10.0.0.1%3A9071&function=hello", Node.Seen.Last().PathAndQuery);
        await RunAsync("actor", "tree", "--node", First, "--depth", "2");
        Assert.Equal("/hearth/v1/nodes/akka.tcp%3A%2F%2Fhearth%4010.0.0.1%3A9071/actors?depth=2", Node.Seen.First(seen => seen.PathAndQuery.Contains("actors", StringComparison.Ordinal)).PathAndQuery);
        Node.Cluster.Later.Writer.Complete();
        await RunAsync("log", "tail", "--level", "debug");
        Assert.Contains(Node.Seen, seen => seen.PathAndQuery == "/hearth/v1/nodes/self/log?level=debug");
    }

    [Fact]
    public async Task Events_and_log_lines_are_printed_as_they_come()
    {
        using var interrupt = new CancellationTokenSource();
        using var output = new LineWaiter();
        var run = RunIntoAsync(output, ["cluster", "tail"], interrupt.Token);
        Assert.Equal($"2026-01-29T05:30:00.000Z  MemberUp {First} [control]", await output.NextLineAsync());
        Assert.Equal("2026-01-29T05:30:00.000Z  LeaderChanged none", await output.NextLineAsync());
        var later = new ClusterEventLine(DateTimeOffset.UnixEpoch, "MemberLeft", Second, []);
        await Node.Cluster.Later.Writer.WriteAsync(JsonSerializer.Serialize(later, ApiJson.Relaxed.ClusterEventLine));
        Assert.Equal($"1970-01-01T00:00:00.000Z  MemberLeft {Second} []", await output.NextLineAsync());
        await interrupt.CancelAsync();
        Assert.Equal(130, await run);
    }

    [Fact]
    public async Task A_nodes_log_is_printed_as_text_or_as_JSON_a_line()
    {
        using var interrupt = new CancellationTokenSource();
        using var output = new LineWaiter();
        var run = RunIntoAsync(output, ["log", "tail", "--json"], interrupt.Token);
        Assert.Equal(Node.Cluster.Log[0], JsonSerializer.Deserialize(await output.NextLineAsync(), ApiJson.Relaxed.NodeLogLine));
        await interrupt.CancelAsync();
        Assert.Equal(130, await run);

        Node.Cluster.Later.Writer.Complete();
        Assert.Equal(new CommandRun(0, "2026-01-29T05:30:00.000Z  Warning  akka://hearth/user/worker: A [red] text\n", ""), await RunAsync("log", "tail"));
    }

    [Fact]
    public async Task Top_looks_again_and_again_until_it_is_interrupted()
    {
        using var interrupt = new CancellationTokenSource();
        using var output = new LineWaiter();
        var run = RunIntoAsync(output, ["function", "top", "--json", "--interval", "1s"], interrupt.Token);
        for (var i = 0; i < 3; i++)
            Assert.Equal("hello", JsonSerializer.Deserialize(await output.NextLineAsync(), ApiJson.Relaxed.ListFunctionLoadsResponse)!.Functions[0].FunctionName);
        await interrupt.CancelAsync();
        Assert.Equal(130, await run);
    }

    [Theory]
    [InlineData("cluster tail")]
    [InlineData("log tail")]
    [InlineData("function top")]
    public async Task What_goes_on_ends_well_after_the_time_that_was_asked_for(string command) =>
        Assert.Equal(0, (await RunAsync([.. command.Split(' '), "--for", "5s"])).ExitCode);

    [Fact]
    public async Task Certificates_near_their_end_are_warned_of()
    {
        Assert.DoesNotContain("certificates end", (await RunAsync("node", "show", "one")).Error, StringComparison.Ordinal);
        Assert.Contains("Its certificates end in ", (await RunAsync("node", "show", "two")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_certificates_is_named_where_they_are_asked_for()
    {
        Assert.Equal(0, (await RunAsync("node", "list", "--certificates", "/nowhere")).ExitCode); // Over http nobody asks.
        var run = await RunAtAsync(new Uri("https://127.0.0.1:1"), ["node", "list", "--certificates", "/nowhere"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("There is no client.pem in the folder of certificates '/nowhere'", run.Error, StringComparison.Ordinal);
    }
}
