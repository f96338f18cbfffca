using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Api;

/// <summary>Lists, on a node of their own, so that every function is known.</summary>
public sealed class ListTests : IAsyncLifetime
{
    private const int Functions = 120;

    private Node? _node;

    private Node Node => _node!;

    public async Task InitializeAsync() => _node = await Node.StartAsync("process");

    public async Task DisposeAsync() => await Node.DisposeAsync();

    [Fact]
    public async Task A_hundred_and_twenty_functions_come_in_pages_and_a_change_shows_at_once()
    {
        var names = Enumerable.Range(0, Functions).Select(i => $"many-{i:000}").ToList();
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, cancellation) =>
            await Node.Client.CreateFunctionAsync(Source.Echo.Request(name), cancellation));

        await AssertPageAsync("2015-03-31/functions", names[..50], hasMore: true);
        await AssertPageAsync("2015-03-31/functions?MaxItems=1000", names[..50], hasMore: true);
        await AssertPageAsync("2015-03-31/functions?MaxItems=7&FunctionVersion=ALL", names[..7], hasMore: true);
        Assert.Equal(names, await ClientNamesAsync());
        var listed = await new AwsCli(Node).LambdaAsync("list-functions", "--page-size", "33");
        Assert.Equal(names, listed.GetProperty("Functions").EnumerateArray().Select(Name));

        await Node.Client.DeleteFunctionAsync(names[60]);
        names.RemoveAt(60);
        Assert.Equal(names, await ClientNamesAsync());
        await Node.Client.CreateFunctionAsync(Source.Echo.Request("many-060-again"));
        names.Insert(60, "many-060-again");
        Assert.Equal(names, await ClientNamesAsync());

        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, cancellation) =>
            await Node.Client.DeleteFunctionAsync(name, cancellation));
        await AssertPageAsync("2015-03-31/functions", [], hasMore: false);
    }

    private async Task AssertPageAsync(string path, IReadOnlyList<string> names, bool hasMore)
    {
        var page = (await Node.GetAsync(path)).Json;
        Assert.Equal(names, page.GetProperty("Functions").EnumerateArray().Select(Name));
        Assert.Equal(hasMore, page.TryGetProperty("NextMarker", out _));
    }

    private async Task<List<string>> ClientNamesAsync()
    {
        var names = new List<string>();
        await foreach (var function in Node.Client.ListFunctionsAsync())
            names.Add(function.FunctionName);
        return names;
    }

    internal static string Name(JsonElement function) => function.GetProperty("FunctionName").GetString()!;
}

/// <summary>What a list can be asked, and what it shows of a function.</summary>
[Collection(OnProcesses.Name)]
public sealed class ListQuestionTests(ProcessNode shared)
{
    private Node Node { get; } = shared.Node;

    [Theory]
    [InlineData("MaxItems=0", "Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1")]
    [InlineData("MaxItems=10001", "Value '10001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 10000")]
    [InlineData("FunctionVersion=ONE", "Value 'ONE' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]")]
    public async Task A_bad_question_is_refused(string query, string problem)
    {
        var message = (await Node.GetAsync($"2015-03-31/functions?{query}")).AssertRefused(400, "ValidationException");
        Assert.Equal($"1 validation error detected: {problem}", message);
    }

    [Fact]
    public async Task A_list_shows_what_a_get_shows()
    {
        var function = await Node.CreateAsync(Source.Echo, request => request with { Description = "listed", MemorySize = 256 });
        var listed = (await Node.GetAsync("2015-03-31/functions")).Json.GetProperty("Functions").EnumerateArray().Single(one => ListTests.Name(one) == function.Name);
        var shown = (await Node.GetAsync($"{function.Path}/configuration")).Json;
        foreach (var member in (string[])["FunctionArn", "Runtime", "Handler", "CodeSha256", "RevisionId", "Description", "LastModified", "Version"])
            Assert.Equal(shown.GetProperty(member).GetString(), listed.GetProperty(member).GetString());
        Assert.Equal(256, listed.GetProperty("MemorySize").GetInt32());
    }
}
