using System.Runtime.CompilerServices;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// A warm invocation through each node of three, as its function's actor and environment are here or there. On one machine the nodes share
/// its cores, so that a hop costs processor time as between machines, and less of the wire's.
/// </summary>
internal sealed class HopScenario(BenchOptions options) : IScenario
{
    private const int Functions = 10, MemoryMib = 256;
    private const string BothHere = "both here";

    // What the load generator has begun when its time is up comes to its end: else the next invocation would get an environment of its own.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    private readonly Wrk _wrk = new(options.Pin);

    public string Name => "hop";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        await using var floors = await FloorServers.StartAsync(options, cancellation);
        await using var cluster = await LocalCluster.StartAsync(options, 2 * Functions * MemoryMib, cancellation);
        for (var number = 0; number < Functions; number++)
            await cluster.Nodes[0].CreateAsync(FunctionName(number), Language.Python, Language.Python.Echo, MemoryMib, cancellation);
        var paths = await HopsAsync(cluster, floors, cancellation);
        return new ScenarioResult(Name, [TableOf(paths)], paths);
    }

    private async Task<List<WarmFigure>> HopsAsync(LocalCluster cluster, FloorServers floors, CancellationToken cancellation)
    {
        var paths = new List<WarmFigure>();
        var addresses = new Dictionary<string, Uri>();
        Add("bare node", floors.Node);
        await foreach (var (name, address) in PathsAsync(cluster, cancellation))
            Add(name, address);
        for (var round = 1; round <= options.Rounds; round++)
        {
            Console.Error.WriteLine($"hop: round {round} of {options.Rounds}");
            foreach (var path in paths)
            {
                await _wrk.RunAsync(addresses[path.Subject], 1, 1, cancellation);
                await Task.Delay(Quiet, cancellation);
                path.Rounds.Add(await _wrk.RunAsync(addresses[path.Subject], 1, options.Seconds, cancellation));
                await Task.Delay(Quiet, cancellation);
            }
        }

        for (var number = 0; number < Functions; number++)
            await HomeAsync(cluster, FunctionName(number), cancellation);
        return paths;

        void Add(string name, Uri address)
        {
            paths.Add(new WarmFigure(name, 1));
            addresses.Add(name, address);
        }
    }

    // A function whose actor lives where its environment is, and one whose do not, as far as chance has made them.
    private static async IAsyncEnumerable<(string Name, Uri Address)> PathsAsync(
        LocalCluster cluster, [EnumeratorCancellation] CancellationToken cancellation)
    {
        (string Name, int Home)? together = null;
        (string Name, int Home, int Owner)? apart = null;
        for (var number = 0; number < Functions; number++)
        {
            var name = FunctionName(number);
            await cluster.Nodes[0].InvokeAsync(name, "{}"u8.ToArray(), cancellation);
            var (home, owner) = (await HomeAsync(cluster, name, cancellation), LocalCluster.PlaceOf(await cluster.Nodes[0].OwnerAsync(name, cancellation)));
            if (home == owner)
                together ??= (name, home);
            else
                apart ??= (name, home, owner);
        }

        if (together is { } near)
        {
            yield return (BothHere, cluster.Nodes[near.Home].InvokeAddress(near.Name));
            yield return ("both on one other", cluster.Nodes[(near.Home + 1) % LocalCluster.Size].InvokeAddress(near.Name));
        }

        if (apart is { } far)
        {
            yield return ("environment here, actor elsewhere", cluster.Nodes[far.Home].InvokeAddress(far.Name));
            yield return ("actor here, environment elsewhere", cluster.Nodes[far.Owner].InvokeAddress(far.Name));
            yield return ("each on another", cluster.Nodes[LocalCluster.Size - far.Home - far.Owner].InvokeAddress(far.Name));
        }
    }

    // The one environment of a function. With a second one it would not be known what was measured.
    private static async Task<int> HomeAsync(LocalCluster cluster, string name, CancellationToken cancellation)
    {
        var homes = await cluster.Nodes[0].HomesAsync(name, cancellation);
        return homes.Count == 1 ? LocalCluster.PlaceOf(homes[0]) : throw new BenchException($"{name} has {homes.Count} environments");
    }

    private Table TableOf(List<WarmFigure> paths)
    {
        var table = new Table(
            $"A warm invocation through one node or another, of three (medians of {options.Rounds} rounds of {options.Seconds} s, one connection)",
            ["the function's actor and environment", "p50 µs", "p99 µs", "failed", "p50 ÷ both here", "p50 ÷ bare node"]);
        foreach (var path in paths)
        {
            path.CompareTo(paths[0]);
            var toFloor = path.P50ToBareNode;
            path.CompareTo(paths.Find(other => other.Subject == BothHere) ?? path);
            table.Add(path.Subject, $"{path.P50Us:0}", $"{path.P99Us:0}", $"{path.Failed}", Table.Ratio(path.P50ToBareNode), Table.Ratio(toFloor));
        }

        return table;
    }

    private static string FunctionName(int number) => $"hop-{number}";
}
