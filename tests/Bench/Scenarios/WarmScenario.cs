using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// Warm invocations of a JSON echo beside the same echo on bare servers. Every round measures every subject at every
/// number of connections, one after another, so that a slow minute of the machine meets all of them; ratios are
/// between two measurements of the same round.
/// </summary>
internal sealed class WarmScenario(BenchOptions options) : IScenario
{
    private static readonly int[] Connections = [1, 8, 32];

    private static readonly byte[] Event =
        """{"id":"6f1d2c3b","items":[1,2,3],"text":"the quick brown fox jumps over the lazy dog"}"""u8.ToArray();

    private readonly Wrk _wrk = new(options.Pin);

    public string Name => "warm";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        await using var floors = await FloorServers.StartAsync(options, cancellation);
        await using var nodes = await HearthNodes.StartAsync(options, NodeKind.Of(options), cancellation);
        var subjects = new List<WarmSubject> { new("bare node", _ => floors.Node), new("bare kestrel", _ => floors.Kestrel) };
        foreach (var node in nodes.All)
        {
            foreach (var language in (Language[])[Language.Python, Language.Node])
                subjects.Add(await DeployAsync(node, language, cancellation));
        }

        var figures = subjects.SelectMany(subject => Connections.Select(c => new WarmFigure(subject.Name, c))).ToDictionary(f => (f.Subject, f.Connections));
        for (var round = 1; round <= options.Rounds; round++)
        {
            Console.Error.WriteLine($"warm: round {round} of {options.Rounds}");
            foreach (var connections in Connections)
            {
                foreach (var subject in subjects)
                    figures[(subject.Name, connections)].Rounds.Add(await MeasureAsync(subject, connections, cancellation));
            }
        }

        return WarmTable.Of(options, [.. figures.Values]);
    }

    private static async Task<WarmSubject> DeployAsync(HearthNode node, Language language, CancellationToken cancellation)
    {
        string Function(int connections) => $"echo-{language.Name}-{connections}";
        foreach (var connections in Connections)
            await node.CreateAsync(Function(connections), language, language.Echo, MemoryMib(connections), cancellation);
        return new WarmSubject($"{language.Name}, {node.Kind.Name}", connections => node.InvokeAddress(Function(connections)))
        {
            Warm = (connections, stop) => WarmAsync(node, Function(connections), connections, stop),
        };
    }

    private async Task<WrkResult> MeasureAsync(WarmSubject subject, int connections, CancellationToken cancellation)
    {
        await subject.Warm(connections, cancellation);
        return await _wrk.RunAsync(subject.Address(connections), connections, options.Seconds, cancellation);
    }

    /// <summary>Grows the function to as many environments as there will be connections, and checks its answers.</summary>
    private static Task WarmAsync(HearthNode node, string function, int connections, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            for (var call = 0; call < 10; call++)
            {
                var answer = await node.InvokeAsync(function, Event, cancellation);
                if (!answer.Where(b => b != ' ').SequenceEqual(Event.Where(b => b != ' ')))
                    throw new BenchException($"{function} ({node.Kind.Name}) is no echo: {System.Text.Encoding.UTF8.GetString(answer)}");
            }
        }));

    /// <summary>
    /// Memory buys CPU (1,769 MB is one). One environment gets a whole CPU, as the bare servers have; many get shares
    /// that together exceed the machine half again, so that the machine is the limit and not the quota.
    /// </summary>
    private static int MemoryMib(int connections) =>
        Math.Clamp((int)(1769 * 1.5 * Environment.ProcessorCount / connections), 256, 1769);
}

/// <param name="Address">Where the events go, by number of connections.</param>
internal sealed record WarmSubject(string Name, Func<int, Uri> Address)
{
    /// <summary>Done, unmeasured, right before each measurement.</summary>
    public Func<int, CancellationToken, Task> Warm { get; init; } = (_, _) => Task.CompletedTask;
}
