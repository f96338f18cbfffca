using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Lifetime;

[NeedsRoot]
public sealed class LeaksOnContainersTests() : LeakSuite("container");

public sealed class LeaksOnProcessesTests() : LeakSuite("process");

/// <summary>What a node holds after environments have come and gone.</summary>
public abstract class LeakSuite(string driver)
{
    private const int Rounds = 60;

    [SuiteFact]
    public async Task Environments_that_are_gone_have_left_nothing_in_the_node_or_on_the_machine()
    {
        // Room for one sandbox that waits: more would come with the demand, and stay for a while.
        await using var node = await Node.StartAsync(driver, "--blank-memory", "8");
        var function = await node.CreateAsync(Source.Echo);
        await ComeAndGoAsync(node, function); // What a node opens once and keeps.
        var before = Descriptors(node);

        for (var round = 0; round < Rounds; round++)
            await ComeAndGoAsync(node, function);

        await Patience.UntilAsync(() => node.FindDisks().Count <= 1, "no disk is left but that of the sandbox that waits");
        // Connections of the tests' own client, and what the class library keeps for a while, come and go by a few.
        await Patience.UntilAsync(() => Descriptors(node) <= before + 10, $"the node holds no more descriptors than the {before} of before, give or take");
    }

    // A changed function gets new environments; the old ones end.
    private static async Task ComeAndGoAsync(Node node, TestFunction function)
    {
        Assert.Equal("[7]", (await function.InvokeAsync("[7]")).AssertSucceeded().Text);
        await node.EnvironmentsAsync();
        await function.UpdateConfigurationAsync(new() { Description = Guid.NewGuid().ToString() });
        await Patience.UntilAsync(() => node.FindSandboxes().Count == 0, "nothing is left of the environment's sandbox");
    }

    private static long Descriptors(Node node) => Directory.EnumerateFileSystemEntries($"/proc/{node.Process.Id}/fd").LongCount();
}
