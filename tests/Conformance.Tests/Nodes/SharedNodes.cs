using Conformance.Tests.Functions;

namespace Conformance.Tests.Nodes;

/// <summary>One node that many tests share; a test makes functions of its own.</summary>
public abstract class SharedNode(string driver) : IAsyncLifetime
{
    private Node? _node;
    private Task<TestFunction>? _healthy;

    public Node Node => _node!;

    /// <summary>Fails where the node does not serve and list a function that nothing is wrong with, or lists what it refused.</summary>
    internal async Task AssertWellAsync(string? refused = null)
    {
        var healthy = await (_healthy ??= Node.CreateAsync(Source.Echo));
        Assert.Equal("[1]", (await healthy.InvokeAsync("[1]")).AssertSucceeded().Text);
        var names = new List<string>();
        await foreach (var function in Node.Client.ListFunctionsAsync())
            names.Add(function.FunctionName);
        Assert.Contains(healthy.Name, names);
        Assert.DoesNotContain(refused, names);
    }

    // A collection whose tests are all skipped still gets its fixture.
    public async Task InitializeAsync()
    {
        if (driver != "container" || !NeedsRootAttribute.Missing)
            _node = await Node.StartAsync(driver);
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }
}

public sealed class ContainerNode() : SharedNode("container");

public sealed class ProcessNode() : SharedNode("process");

[CollectionDefinition(Name)]
public sealed class OnContainers : ICollectionFixture<ContainerNode>
{
    public const string Name = "container node";
}

[CollectionDefinition(Name)]
public sealed class OnProcesses : ICollectionFixture<ProcessNode>
{
    public const string Name = "process node";
}
