using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.BadInput;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class DuringInvocationsOnContainersTests(ContainerNode node) : DuringInvocationSuite(node);

[Collection(OnProcesses.Name)]
public sealed class DuringInvocationsOnProcessesTests(ProcessNode node) : DuringInvocationSuite(node);

/// <summary>A function that is changed or deleted while it runs.</summary>
public abstract class DuringInvocationSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task A_function_deleted_in_the_middle_is_gone_at_once_and_still_answers()
    {
        var held = new Held(Node);
        var function = await Node.CreateAsync(held.Code(), request => request with { Timeout = 120 });
        var running = function.InvokeAsync();
        await Held.EnteredAsync(function, 1);
        var environments = await Node.EnvironmentsAsync();

        await function.DeleteAsync();
        (await Node.GetAsync(function.Path)).AssertRefused(404, "ResourceNotFoundException");
        (await function.InvokeAsync()).AssertRefused(404, "ResourceNotFoundException");
        await shared.AssertWellAsync(refused: function.Name);

        await Node.Client.CreateFunctionAsync(Source.Python("def handler(event, context): return 'the next of this name'").Request(function.Name));
        await Node.Client.WaitUntilActiveAsync(function.Name);
        Assert.Equal("\"the next of this name\"", (await function.InvokeAsync()).AssertSucceeded().Text);

        held.Release();
        Assert.Equal("""[1, 1, "held"]""", (await running).AssertSucceeded().Text);
        Assert.Equal("\"the next of this name\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        var kept = (await function.EnvironmentsAsync()).Select(environment => environment.EnvironmentId);
        Assert.Single(kept);
        Assert.DoesNotContain(kept.Single(), environments);
    }

    [SuiteFact]
    public async Task A_function_updated_in_the_middle_answers_with_the_old_code_and_then_with_the_new()
    {
        var held = new Held(Node);
        var function = await Node.CreateAsync(held.Code("old"), request => request with { Timeout = 120 });
        var running = function.InvokeAsync();
        await Held.EnteredAsync(function, 1);
        var old = Assert.Single(await function.EnvironmentsAsync()).EnvironmentId;

        await function.UpdateCodeAsync(Source.Python("def handler(event, context): return 'new'"));
        Assert.Equal("\"new\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        await function.UpdateConfigurationAsync(new() { Timeout = 60 });
        Assert.Equal("\"new\"", (await function.InvokeAsync()).AssertSucceeded().Text);

        held.Release();
        Assert.Equal("""[1, 1, "old"]""", (await running).AssertSucceeded().Text);
        Assert.Equal("\"new\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        await Patience.UntilAsync(() => Remains.Of([old]).Count == 0, "the environment of the old code is gone");
        Assert.Single(await function.EnvironmentsAsync());
    }
}
