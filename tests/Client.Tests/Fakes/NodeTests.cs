using Hearth.Contracts.Api;

namespace Hearth.Client.Tests.Fakes;

/// <summary>A test class with a node of its own, and a client on a clock that does not wait.</summary>
public abstract class NodeTests : IAsyncLifetime
{
    protected FakeNode Node { get; private set; } = null!;

    protected TestClock Clock { get; } = new();

    protected HearthClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Node = await FakeNode.StartAsync();
        Client = new HearthClient(Node.Options(Clock));
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Node.DisposeAsync();
    }

    protected static CreateFunctionRequest Request(string name = "hello") => new()
    {
        FunctionName = name,
        Runtime = "python3.11",
        Handler = "app.handler",
        Role = "arn:aws:iam::000000000000:role/any",
        Code = new FunctionCode([1, 2, 3]),
    };

    protected void Deploy(params IEnumerable<string> names)
    {
        foreach (var name in names) Node.Functions.Add(Request(name));
    }
}
