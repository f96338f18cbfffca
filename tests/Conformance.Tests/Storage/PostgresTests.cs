using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts.Api;
using Hearth.Node.Tests.Storage;

namespace Conformance.Tests.Storage;

/// <summary>Nodes whose functions are in a PostgreSQL database.</summary>
public sealed class PostgresTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private Node? _node;

    private Node Node => _node!;

    public async Task InitializeAsync() => _node = await Node.StartAsync("process", "--postgres", await server.NewDatabaseAsync());

    public async Task DisposeAsync() => await Node.DisposeAsync();

    [Fact]
    public async Task After_a_kill_every_function_is_there_as_it_was_and_runs()
    {
        var functions = new List<TestFunction>();
        for (var i = 0; i < 3; i++)
            functions.Add(await Node.CreateAsync(Source.Python($"def handler(event, context): return {i}")));
        await functions[1].DeleteAsync();
        await functions[2].UpdateCodeAsync(Source.Python("def handler(event, context): return 'updated'"));
        var listed = (await Node.GetAsync("2015-03-31/functions")).Text;
        Assert.Empty(Directory.EnumerateFiles(Node.Data, "*.db"));

        await Node.KillAsync();
        await Node.StartAsync();

        Assert.Equal(listed, (await Node.GetAsync("2015-03-31/functions")).Text);
        Assert.Equal("0", (await functions[0].InvokeAsync()).AssertSucceeded().Text);
        Assert.Equal(404, (await functions[1].InvokeAsync()).Status);
        Assert.Equal("\"updated\"", (await functions[2].InvokeAsync()).AssertSucceeded().Text);
    }

    [Fact]
    public Task While_the_database_is_stopped_loaded_functions_run_and_changes_wait_for_it() =>
        AssertOutlivesAsync(server.StopAsync, server.StartAsync);

    [Fact]
    public Task While_the_database_hangs_loaded_functions_run_and_changes_wait_for_it() =>
        AssertOutlivesAsync(server.HangAsync, server.WakeAsync);

    private async Task AssertOutlivesAsync(Func<Task> leave, Func<Task> comeBack)
    {
        var warm = await Node.CreateAsync(Source.Python("def handler(event, context): return event"));
        var cold = await Node.CreateAsync(Source.Python("def handler(event, context): return 'cold'"));
        (await warm.InvokeAsync("1")).AssertSucceeded();
        var before = (await Node.GetAsync(warm.Path)).Json.GetProperty("Configuration").GetRawText();

        await leave();
        try
        {
            Assert.Equal("2", (await warm.InvokeAsync("2")).AssertSucceeded().Text);
            AssertUnavailable(await Node.PutAsync($"{warm.Path}/configuration", """{"Timeout": 9}"""));
            AssertUnavailable(await Node.DeleteAsync(warm.Path));
            AssertUnavailable(await Node.GetAsync("2015-03-31/functions"));
            await Patience.UntilAsync(() => Node.Process.Output.Contains("Changes are refused until it is back", StringComparison.Ordinal), "the log says that the database is away");
            AssertUnavailable(await Node.GetAsync("2015-03-31/functions/nobody-knows"));
            Assert.Equal("3", (await warm.InvokeAsync("3")).AssertSucceeded().Text);
            Assert.Equal("\"cold\"", (await cold.InvokeAsync()).AssertSucceeded().Text);
            Assert.Equal(200, (await Node.GetAsync("readyz")).Status);
        }
        finally
        {
            await comeBack();
        }

        await Patience.UntilAsync(() => Node.Process.Output.Contains("The database is back", StringComparison.Ordinal), "the log says that the database is back");
        Assert.Equal(before, (await Node.GetAsync(warm.Path)).Json.GetProperty("Configuration").GetRawText());
        await warm.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { Timeout = 9 });
        Assert.Equal(9, (await Node.GetAsync(warm.Path)).Json.GetProperty("Configuration").GetProperty("Timeout").GetInt32());
        Assert.Equal(404, (await Node.GetAsync("2015-03-31/functions/nobody-knows")).Status);
        Assert.Equal("4", (await warm.InvokeAsync("4")).AssertSucceeded().Text);
        await cold.DeleteAsync();
    }

    private static void AssertUnavailable(Answer answer)
    {
        Assert.Equal(503, answer.Status);
        Assert.Equal("ServiceUnavailableException", answer.ErrorType);
    }
}
