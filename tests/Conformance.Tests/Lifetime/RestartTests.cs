using System.Collections.Concurrent;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Client;

namespace Conformance.Tests.Lifetime;

[NeedsRoot]
public sealed class RestartsOnContainersTests() : RestartSuite("container");

public sealed class RestartsOnProcessesTests() : RestartSuite("process");

/// <summary>Nodes that end, in order and out of it, and start again on the same data.</summary>
public abstract class RestartSuite(string driver) : IAsyncLifetime
{
    private Node? _node;

    private Node Node => _node!;

    public async Task InitializeAsync() => _node = await Node.StartAsync(driver);

    public async Task DisposeAsync() => await Node.DisposeAsync();

    [SuiteFact]
    public async Task After_a_stop_every_function_is_there_as_it_was_and_runs()
    {
        var functions = new List<TestFunction>();
        for (var i = 0; i < 4; i++)
        {
            functions.Add(await Node.CreateAsync(Source.Python($"def handler(event, context): print('said {i}'); return {i}")));
            functions.Add(await Node.CreateAsync(Source.NodeJs($"exports.handler = async () => {i};"), request => request with { MemorySize = 256, Description = "kept" }));
            await functions[^2].InvokeAsync();
        }

        await functions[0].UpdateCodeAsync(Source.Python("def handler(event, context): return 'updated'"));
        await functions[1].DeleteAsync();
        functions.RemoveAt(1);
        var before = await ConfigurationsAsync(functions);
        var listed = (await Node.GetAsync("2015-03-31/functions")).Text;
        await Node.EnvironmentsAsync();

        await Node.StopAsync();
        Assert.Equal(0, Node.Process.ExitCode);
        Assert.Empty(Node.FindRemains());
        await Node.StartAsync();

        Assert.Equal(before, await ConfigurationsAsync(functions));
        Assert.Equal(listed, (await Node.GetAsync("2015-03-31/functions")).Text);
        Assert.Equal("\"updated\"", (await functions[0].InvokeAsync()).AssertSucceeded().Text);
        foreach (var function in functions)
            (await function.InvokeAsync()).AssertSucceeded();
        Assert.Contains(await functions[0].LogAsync(), line => line.Message == "said 0");
    }

    [SuiteFact]
    public async Task After_a_kill_nothing_of_the_old_sandboxes_is_left_and_functions_run()
    {
        var held = new Held(Node);
        var busy = await Node.CreateAsync(held.Code(), request => request with { Timeout = 120 });
        var idle = await Node.CreateAsync(Source.NodeJs("exports.handler = async () => require('child_process').spawn('sleep', ['600'], {detached: true}).pid;"));
        (await idle.InvokeAsync()).AssertSucceeded();
        var running = Enumerable.Range(0, 3).Select(_ => busy.InvokeAsync()).ToList();
        await Held.EnteredAsync(busy, 3);
        var old = await Node.EnvironmentsAsync();
        Assert.Equal(4, old.Count);
        Assert.NotEmpty(Remains.Of([.. old]));

        await Node.KillAsync();
        foreach (var call in running)
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => call);
        await Node.StartAsync();

        Assert.Empty(Remains.Of([.. old]));
        held.Release();
        Assert.Equal("""[1, 1, "held"]""", (await busy.InvokeAsync()).AssertSucceeded().Text);
        (await idle.InvokeAsync()).AssertSucceeded();
    }

    [SuiteFact]
    public async Task A_kill_amid_many_creates_loses_none_that_was_answered_and_leaves_none_half_made()
    {
        var names = Enumerable.Range(0, 50).Select(i => $"burst-{i:00}").ToList();
        var answered = new ConcurrentBag<string>();
        var creates = names.Select(async name =>
        {
            try
            {
                await Node.Client.CreateFunctionAsync(Source.Python($"def handler(event, context): return '{name}'").Request(name));
                answered.Add(name);
            }
            catch (Exception cut) when (cut is HearthException or ObjectDisposedException)
            {
                // The node was killed before it answered.
            }
        }).ToList();
        await Patience.UntilAsync(() => answered.Count >= 10, "ten creates are answered");
        await Node.KillAsync();
        await Task.WhenAll(creates);
        await Node.StartAsync();

        var listed = new List<string>();
        await foreach (var function in Node.Client.ListFunctionsAsync())
            listed.Add(function.FunctionName);
        Assert.Subset(listed.ToHashSet(), answered.ToHashSet());
        foreach (var name in names)
        {
            var found = await Node.GetAsync($"2015-03-31/functions/{name}");
            Assert.True(found.Status == (listed.Contains(name) ? 200 : 404), $"{name}: listed {listed.Contains(name)}, got {found.Status}");
            if (found.Status == 404)
                continue;
            await Node.Client.WaitUntilActiveAsync(name);
            Assert.Equal($"\"{name}\"", (await new TestFunction(Node, name).InvokeAsync()).AssertSucceeded().Text);
        }
    }

    private async Task<List<string>> ConfigurationsAsync(IEnumerable<TestFunction> functions)
    {
        var configurations = new List<string>();
        foreach (var function in functions)
            configurations.Add((await Node.GetAsync($"{function.Path}/configuration")).Text);
        return configurations;
    }
}
