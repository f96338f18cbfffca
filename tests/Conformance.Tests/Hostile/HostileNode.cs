using System.Text.RegularExpressions;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Hostile;

/// <summary>A node with hostile functions in one language, a neighbour of theirs, and canaries on the machine.</summary>
public abstract class HostileNode(string language, string launcher = "own") : IAsyncLifetime
{
    /// <summary>What the node may take for one attack beyond what it has, in MiB: room for the largest payloads, and for collecting late.</summary>
    private const int MostNodeMib = 128;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-hostile-");
    private readonly Dictionary<(int Memory, int Timeout), TestFunction> _functions = [];
    private Node? _node;
    private Source? _source;
    private HostCanaries? _canaries;
    private Neighbour? _neighbour;

    public string Language => language;

    public Node Node => _node!;

    internal Source Source => _source!;

    internal Neighbour Neighbour => _neighbour!;

    public async Task InitializeAsync()
    {
        if (NeedsRootAttribute.Missing)
            return;
        _source = await HostilePackages.BuildAsync(language, _folder.FullName);
        _node = await Node.StartAsync("container", "--launcher", launcher);
        _canaries = HostCanaries.Place(_folder.FullName, Node.Data);
        _neighbour = new Neighbour(await CreateAsync("neighbour", Neighbour.Value, memory: 512, timeout: 60));
        await _neighbour.AssertUntouchedAsync();
    }

    /// <summary>Everything is deleted, and must then be gone from the machine while the node lives.</summary>
    public async Task DisposeAsync()
    {
        if (_node is not null)
        {
            await Node.EnvironmentsAsync();
            foreach (var function in _functions.Values.Append(Neighbour.Function))
                await function.DeleteAsync();
            await Patience.UntilAsync(() => Node.FindSandboxes().Count == 0, "nothing is left of the sandboxes");
            _canaries!.AssertUntouched();
            await Node.DisposeAsync();
            await _canaries.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Performs it, beside the neighbour, and fails where it gets anything but what it must get or something is touched.</summary>
    internal async Task AssertHarmlessAsync(Attack attack)
    {
        var function = await FunctionAsync(attack.Memory, attack.Timeout);
        var memory = new NodeMemory(Node.Process.Id);
        foreach (var step in attack.Steps)
        {
            var running = function.InvokeAsync(step.Payload(Facts()));
            await Neighbour.AssertUntouchedDuringAsync(running);
            var got = Observed(await running);
            Assert.True(Regex.IsMatch(got, step.PatternFor(language), RegexOptions.CultureInvariant) && step.Holds(got), $"{step.Primitive} {step.Event.ToJsonString()} must get {step.PatternFor(language)}, got {got}");
        }

        Assert.InRange(memory.PeakGrowthMib(), 0, MostNodeMib);
        await AssertServesAsync(function, attack.Survives);
        await AssertUntouchedAsync();
    }

    /// <summary>That the neighbour, the machine and the node are as before.</summary>
    internal async Task AssertUntouchedAsync()
    {
        await Neighbour.AssertUntouchedAsync();
        _canaries!.AssertUntouched();
        Assert.Equal(200, (await Node.GetAsync("readyz")).Status);
    }

    /// <summary>The function of this size, made at the first call.</summary>
    internal async Task<TestFunction> FunctionAsync(int memory = 512, int timeout = 120)
    {
        if (!_functions.TryGetValue((memory, timeout), out var function))
        {
            function = _functions[(memory, timeout)] = await CreateAsync("hostile", "own", memory, timeout);
            await AssertServesAsync(function, survived: true);
        }

        return function;
    }

    /// <summary>What the function observed: its answer's text, or <c>failed</c> and the error's type.</summary>
    internal static string Observed(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        return answer.FunctionError is null ? answer.Json.GetString() ?? "nothing" : $"failed {answer.FunctionErrorType}";
    }

    // A runtime whose own answer is refused, as it was given already, may end over it in the middle of the next invocation.
    private static async Task AssertServesAsync(TestFunction function, bool survived)
    {
        var answer = await function.InvokeAsync("""{"attack":"serve"}""");
        if (!survived && answer.FunctionError is not null)
        {
            answer.AssertFailed("Runtime.ExitError");
            answer = await function.InvokeAsync("""{"attack":"serve"}""");
        }

        Assert.Matches("^own own [1-9][0-9]*$", answer.AssertSucceeded().Json.GetString());
    }

    private Task<TestFunction> CreateAsync(string about, string canary, int memory, int timeout) => Node.CreateAsync(Source, request => request with
    {
        FunctionName = Node.NewName(about),
        MemorySize = memory,
        Timeout = timeout,
        Environment = new EnvironmentSettings(new Dictionary<string, string> { ["CANARY"] = canary }),
    });

    private Dictionary<string, string> Facts() => new()
    {
        ["host"] = HostCanaries.Address,
        ["port"] = $"{_canaries!.Port}",
        ["node"] = $"{Node.Address.Port}",
        ["process"] = $"{_canaries.ProcessId}",
        ["secret"] = _canaries.Secret,
        ["outside"] = _canaries.Files[0],
        ["inside"] = _canaries.Files[1],
        ["value"] = Neighbour.Value,
        ["neighbour"] = Neighbour.LastRequestId,
    };
}

public sealed class PythonNode() : HostileNode(HostilePackages.Python);

public sealed class NodeJsNode() : HostileNode(HostilePackages.NodeJs);

public sealed class RubyNode() : HostileNode(HostilePackages.Ruby);

public sealed class JavaNode() : HostileNode(HostilePackages.Java);

public sealed class DotNetNode() : HostileNode(HostilePackages.DotNet);

public sealed class ProvidedNode() : HostileNode(HostilePackages.Provided);

public sealed class RuncNode() : HostileNode(HostilePackages.Provided, "runc");
