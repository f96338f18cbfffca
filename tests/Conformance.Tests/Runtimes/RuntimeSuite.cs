using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Runtimes;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class RuntimesOnContainersTests(ContainerNode node, SampleFunctions samples) : RuntimeSuite(node, samples), IClassFixture<SampleFunctions>;

[Collection(OnProcesses.Name)]
public sealed class RuntimesOnProcessesTests(ProcessNode node, SampleFunctions samples) : RuntimeSuite(node, samples), IClassFixture<SampleFunctions>;

/// <summary>
/// One function in each language, which answers <c>[name, event, calls]</c> with its configured NAME, the event as it came, and how often this
/// environment was called, prints "seen NAME", and fails where the event is "fail".
/// </summary>
public abstract class RuntimeSuite(SharedNode shared, SampleFunctions samples)
{
    private const string Name = "Grüße";

    private Node Node { get; } = shared.Node;

    public static TheoryData<string> All => [.. SampleFunctions.Languages];

    [SuiteTheory]
    [MemberData(nameof(All))]
    public async Task A_function_is_served_its_globals_stay_and_its_failure_is_told(string language)
    {
        var function = await CreateAsync(language);

        for (var call = 1; call <= 3; call++)
        {
            var answer = (await function.InvokeTailedAsync("""{"é":[1,null,"x"]}""")).AssertSucceeded();
            Assert.Equal($$"""["{{Name}}",{"é":[1,null,"x"]},{{call}}]""", answer.Text.Replace(", ", ",").Replace("\": ", "\":").Replace("\\u00e9", "é").Replace("\\u00fc", "ü").Replace("\\u00df", "ß"));
            Assert.Contains($"seen {Name}", answer.LogTail);
        }

        var failed = await function.InvokeAsync("\"fail\"");
        Assert.Equal((200, "Unhandled"), (failed.Status, failed.FunctionError));
        Assert.Contains("asked to fail", failed.FunctionErrorMessage);
        (await function.InvokeAsync("2")).AssertSucceeded();
    }

    [SuiteTheory]
    [MemberData(nameof(All))]
    public async Task A_function_that_takes_too_long_is_reset_and_serves_again(string language)
    {
        var function = await CreateAsync(language, request => request with { Timeout = 2 });
        (await function.InvokeAsync("1")).AssertSucceeded();

        Assert.Contains("timed out after 2.00 seconds", (await function.InvokeAsync("\"sleep\"")).AssertFailed("Sandbox.Timedout").FunctionErrorMessage);

        Assert.EndsWith("1]", (await function.InvokeAsync("1")).AssertSucceeded().Text.Replace(" ", ""));
    }

    [SuiteTheory]
    [MemberData(nameof(All))]
    public async Task A_managed_function_is_run_by_a_process_that_waited(string language)
    {
        if (!Node.IsContainer || language == "go")
            return;
        (await (await CreateAsync(language)).InvokeAsync("1")).AssertSucceeded(); // From now on one waits.
        var runtime = samples.SourceOf(language).Runtime;
        await Patience.UntilAsync(async () => (await Node.Client.ListBlanksAsync()).Blanks.Any(blank => blank.Runtime == runtime && blank.Ready > 0), $"a {runtime} process waits");

        var function = await CreateAsync(language);
        (await function.InvokeAsync("1")).AssertSucceeded();

        Assert.True(Assert.Single(await function.EnvironmentsAsync()).Start!.Blank);
    }

    [SuiteTheory]
    [InlineData(256)]
    [InlineData(1_024)]
    [InlineData(2_048)]
    public async Task A_Java_process_that_waited_has_the_heap_that_one_started_for_the_function_has(int memoryMib)
    {
        if (!Node.IsContainer)
            return;
        var waited = await CreateAsync("java", request => request with { MemorySize = memoryMib });
        await Patience.UntilAsync(
            async () => (await Node.Client.ListBlanksAsync()).Blanks.Any(blank => blank.MemoryMib == memoryMib && blank.Ready > 0), $"a Java process of {memoryMib} MB waits");
        // A variable that only the start of a process can honour.
        var anew = await CreateAsync("java", request => request with
        {
            MemorySize = memoryMib,
            Environment = new EnvironmentSettings(new Dictionary<string, string> { ["NAME"] = Name, ["LD_BIND_NOW"] = "1" }),
        });

        var heaps = new List<string>();
        foreach (var function in (TestFunction[])[waited, anew])
            heaps.Add((await function.InvokeAsync("\"heap\"")).AssertSucceeded().Text);

        Assert.Equal(heaps[1], heaps[0]);
        Assert.True(Assert.Single(await waited.EnvironmentsAsync()).Start!.Blank);
        Assert.False(Assert.Single(await anew.EnvironmentsAsync()).Start!.Blank);
    }

    private Task<TestFunction> CreateAsync(string language, Func<CreateFunctionRequest, CreateFunctionRequest>? configure = null) =>
        Node.CreateAsync(samples.SourceOf(language), request =>
        {
            request = request with { Timeout = 30, MemorySize = 512, Environment = new EnvironmentSettings(new Dictionary<string, string> { ["NAME"] = Name }) };
            return configure?.Invoke(request) ?? request;
        });
}
