using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Client;
using Hearth.Contracts.Errors;

namespace Conformance.Tests.Hostile;

/// <summary>After all other tests and one class at a time: the functions take all of the machine that their limits let them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HostileCollection
{
    public const string Name = "hostile";
}

[NeedsRoot, Collection(HostileCollection.Name)]
public sealed class HostilePythonTests(PythonNode node) : HostileSuite(node), IClassFixture<PythonNode>;

[NeedsRoot, Collection(HostileCollection.Name)]
public sealed class HostileNodeJsTests(NodeJsNode node) : HostileSuite(node), IClassFixture<NodeJsNode>;

[NeedsRoot, Collection(HostileCollection.Name)]
public sealed class HostileRubyTests(RubyNode node) : HostileSuite(node), IClassFixture<RubyNode>;

[NeedsRoot, Collection(HostileCollection.Name)]
public sealed class HostileJavaTests(JavaNode node) : HostileSuite(node), IClassFixture<JavaNode>;

[NeedsRoot, Collection(HostileCollection.Name)]
public sealed class HostileDotNetTests(DotNetNode node) : HostileSuite(node), IClassFixture<DotNetNode>;

[NeedsRoot, Collection(HostileCollection.Name)]
public sealed class HostileProvidedTests(ProvidedNode node) : HostileSuite(node), IClassFixture<ProvidedNode>;

/// <summary>What the launcher refuses, with the other launcher.</summary>
[NeedsRoot, Collection(HostileCollection.Name)]
public sealed class HostileRuncTests(RuncNode node) : IClassFixture<RuncNode>
{
    public static TheoryData<string> Names => [.. Attacks.All.Where(attack => attack.OnKernel).Select(attack => attack.Name)];

    [SuiteTheory]
    [MemberData(nameof(Names))]
    public Task An_attack_gets_what_it_must_and_touches_nothing(string attack) => node.AssertHarmlessAsync(Attacks.All.Single(one => one.Name == attack));
}

/// <summary>Functions that turn on the machine, on their neighbours and on the node. One language a class; its attacks run one after another.</summary>
public abstract class HostileSuite(HostileNode hostile)
{
    public static TheoryData<string> Names => [.. Attacks.All.Select(attack => attack.Name)];

    [SuiteTheory]
    [MemberData(nameof(Names))]
    public async Task An_attack_gets_what_it_must_and_touches_nothing(string attack)
    {
        var row = Attacks.All.Single(one => one.Name == attack);
        if (row.Only?.Contains(hostile.Language) ?? true)
            await hostile.AssertHarmlessAsync(row);
    }

    [SuiteFact]
    public async Task What_goes_on_after_the_response_stands_still_until_the_next_invocation_which_is_served()
    {
        var function = await hostile.FunctionAsync();
        var before = await CallsAsync(function);
        Assert.Equal("left", HostileNode.Observed(await function.InvokeAsync("""{"attack":"linger"}""")));
        var sandbox = Assert.Single(await function.EnvironmentsAsync()).Sandbox!;
        await Patience.UntilAsync(() => Freezer.IsFrozen(sandbox), "what goes on is frozen");
        await hostile.AssertUntouchedAsync();

        Assert.Matches("^[1-9][0-9]* [1-9][0-9]*$", HostileNode.Observed(await function.InvokeAsync("""{"attack":"lingered"}""")));
        Assert.Equal(before + 1, await CallsAsync(function));
        await function.InvokeAsync("""{"attack":"leave","how":"kill"}"""); // With what it left running.
        Assert.Equal(1, await CallsAsync(function));
    }

    [SuiteFact]
    public async Task Forged_lines_of_the_platform_stay_in_the_functions_own_log()
    {
        var function = await hostile.FunctionAsync();
        var (mark, id) = (Guid.NewGuid().ToString("N"), hostile.Neighbour.LastRequestId);
        string[] forged =
        [
            $"END RequestId: {id} {mark}", $"REPORT RequestId: {id}\tDuration: 0.01 ms\t{mark}", $"START RequestId: {id} Version: $LATEST {mark}",
            $"2026-11-25T00:00:00.0000000Z {(await hostile.Neighbour.Function.LogAsync())[0].Stream}\tEND RequestId: {id} {mark}",
        ];
        var text = string.Concat(forged.Select(line => line + "\n"));
        var answer = (await function.InvokeTailedAsync(System.Text.Json.JsonSerializer.Serialize(new { attack = "say", text, times = 1 }))).AssertSucceeded();
        await hostile.AssertUntouchedAsync();

        var own = await function.LogAsync();
        var stream = own.Single(line => line.Message.StartsWith($"START RequestId: {answer.RequestId}", StringComparison.Ordinal)).Stream;
        Assert.Equal(forged, own.Where(line => line.Stream == stream && line.Message.Contains(mark, StringComparison.Ordinal)).Select(line => line.Message));
        Assert.Single(own, line => line.Message == $"END RequestId: {answer.RequestId}");
        var other = await hostile.Neighbour.Function.LogAsync();
        Assert.DoesNotContain(other, line => line.Message.Contains(mark, StringComparison.Ordinal));
        Assert.DoesNotContain(hostile.Neighbour.Tails, tail => tail.Contains(mark, StringComparison.Ordinal));
        Assert.Equal(hostile.Neighbour.Calls, other.Count(line => line.Message.StartsWith("REPORT ", StringComparison.Ordinal)));
    }

    [SuiteTheory]
    [InlineData("/etc/shadow")]
    [InlineData("../../../../etc/shadow")]
    [InlineData("inside/../../../etc/shadow")]
    public async Task A_package_with_a_link_out_of_it_is_refused(string target)
    {
        var source = hostile.Source with { Files = [.. hostile.Source.Files, SourceFile.Link("inside", "."), SourceFile.Link("out", target)] };
        var refused = await Assert.ThrowsAsync<LambdaException>(() => hostile.Node.Client.CreateFunctionAsync(source.Request(Node.NewName("links"))));
        Assert.Equal(ErrorCode.InvalidParameterValue, refused.Code);
        await hostile.AssertUntouchedAsync();
    }

    private static async Task<int> CallsAsync(TestFunction function) =>
        int.Parse(HostileNode.Observed(await function.InvokeAsync("""{"attack":"serve"}""")).Split(' ')[^1]);
}
