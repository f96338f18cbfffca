using System.Diagnostics;
using Bench.Measuring;
using Bench.Report;
using Bench.Subjects;

namespace Bench.Scenarios;

/// <summary>
/// Very many functions beside few, on the same three nodes: what an invocation, a node's start and a list cost, and what a function takes of
/// memory.
/// </summary>
internal sealed class FunctionsScenario(BenchOptions options) : IScenario
{
    private const int Few = 10, Restarts = 2, AtOnce = 8, Connections = 4, MemoryMib = 256, WarmingSeconds = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5), Settling = TimeSpan.FromSeconds(10);

    private readonly Wrk _wrk = new(options.Pin);

    public string Name => "functions";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        await using var floors = await FloorServers.StartAsync(options, cancellation);
        await using var cluster = await LocalCluster.StartAsync(options, 2 * Few * Connections * MemoryMib, cancellation);
        for (var number = 0; number < Few; number++)
            await cluster.Nodes[0].CreateAsync(FunctionName(number), Language.Python, Language.Python.Echo, MemoryMib, cancellation, mark: Name);
        var table = await FunctionsAsync(cluster, floors, cancellation);
        return new ScenarioResult(Name, [table], table);
    }

    private async Task<Table> FunctionsAsync(LocalCluster cluster, FloorServers floors, CancellationToken cancellation)
    {
        const int Restarted = LocalCluster.Size - 1;

        // Until the nodes' code is compiled for good: later they have run for minutes.
        await _wrk.RunAsync(AddressesOf(cluster), Connections, WarmingSeconds, cancellation);
        var few = await StagesAsync(cluster, floors, Restarted, cancellation);
        var start = Stopwatch.GetTimestamp();
        await EachAsync(Few, options.Functions, async number => await cluster.Nodes[number % LocalCluster.Size].RegisterAsync(
            FunctionName(number), Language.Python, Language.Python.Echo, MemoryMib, cancellation, mark: Name), cancellation);
        var registering = Stopwatch.GetElapsedTime(start);
        var (listing, pages, settling) = await ListedAsync(cluster, cancellation);

        var many = await StagesAsync(cluster, floors, Restarted, cancellation);
        start = Stopwatch.GetTimestamp();
        await EachAsync(0, options.Functions, async number => await cluster.Nodes[number % LocalCluster.Size].WakeAsync(FunctionName(number), cancellation), cancellation);
        var waking = Stopwatch.GetElapsedTime(start);
        await Task.Delay(Settling, cancellation); // What was read for it has been collected by then, and the node may be measured.
        var awake = Enumerable.Range(0, LocalCluster.Size).Sum(LocalCluster.ResidentBytes);

        var table = new Table($"{options.Functions} functions beside {Few}, on three nodes", ["what", $"{Few}", $"{options.Functions}", "ratio"]);
        void Row(string what, double? before, double after, string format) => table.Add(
            what, before is { } known ? known.ToString(format, null) : "", after.ToString(format, null), Table.Ratio(after / before));
        Row("invocation p50 µs", few.P50, many.P50, "0");
        Row("invocation p99 µs", few.P99, many.P99, "0");
        Row("p50 ÷ bare node", few.P50ToFloor, many.P50ToFloor, "0.00");
        Row("p99 ÷ bare node", few.P99ToFloor, many.P99ToFloor, "0.00");
        table.Add("invocations that failed", $"{few.Failed}", $"{many.Failed}", "");
        Row("start of a node, s", few.Start, many.Start, "0.00");
        Row("resident MiB of a node after its start", few.ResidentMib, many.ResidentMib, "0");
        Row("registered a second", null, (options.Functions - Few) / registering.TotalSeconds, "0");
        Row("until all are Active, s", null, settling.TotalSeconds, "0.0");
        Row("list: pages", null, pages, "0");
        Row("list: ms a page", null, listing.TotalMilliseconds / pages, "0.0");
        Row("all awake: resident KiB each, all nodes together", null, (awake - few.AllBytes) / 1_024 / options.Functions, "0.0");
        Row("woken a second", null, options.Functions / waking.TotalSeconds, "0");
        return table;
    }

    private async Task<Stage> StagesAsync(LocalCluster cluster, FloorServers floors, int restarted, CancellationToken cancellation)
    {
        Samples starts = new(), resident = new();
        for (var again = 0; again < Restarts; again++)
        {
            starts.Add((await cluster.RestartAsync(restarted, cancellation)).TotalSeconds);
            resident.Add(LocalCluster.ResidentBytes(restarted) / 1_048_576);
        }

        var all = Enumerable.Range(0, LocalCluster.Size).Sum(LocalCluster.ResidentBytes);
        var addresses = AddressesOf(cluster);
        var failed = 0L;
        Samples p50 = new(), p99 = new(), p50ToFloor = new(), p99ToFloor = new();
        await _wrk.RunAsync(addresses, Connections, options.Seconds, cancellation); // Each function gets the environments that it needs.
        for (var round = 0; round < options.Rounds; round++)
        {
            var floor = await _wrk.RunAsync(floors.Node, Connections, options.Seconds, cancellation);
            var figure = await _wrk.RunAsync(addresses, Connections, options.Seconds, cancellation);
            failed += figure.Failed;
            p50.Add(figure.P50Us);
            p99.Add(figure.P99Us);
            p50ToFloor.Add(figure.P50Us / floor.P50Us);
            p99ToFloor.Add(figure.P99Us / floor.P99Us);
        }

        return new Stage(p50.Median, p99.Median, p50ToFloor.Median, p99ToFloor.Median, starts.Median, resident.Median, all, failed);
    }

    // All pages through each node, until every function is Active: each has to name every function once, in order.
    private async Task<(TimeSpan Listing, int Pages, TimeSpan Settling)> ListedAsync(LocalCluster cluster, CancellationToken cancellation)
    {
        var expected = Enumerable.Range(0, options.Functions).Select(FunctionName).Order(StringComparer.Ordinal).ToList();
        var began = Stopwatch.GetTimestamp();
        for (var turn = 0; ; turn++)
        {
            var (names, active, pages) = (new List<string>(), 0, 0);
            var start = Stopwatch.GetTimestamp();
            for (string? marker = null; marker is not null || pages == 0;)
            {
                var page = await cluster.Nodes[turn % LocalCluster.Size].ListAsync(marker, cancellation);
                (names, active, pages, marker) = ([.. names, .. page.Names], active + page.Active, pages + 1, page.Next);
            }

            if (!names.SequenceEqual(expected))
                throw new BenchException($"of {expected.Count} functions {names.Count} are listed, {names.Distinct().Count()} of them different");
            if (active == expected.Count && turn >= LocalCluster.Size - 1)
                return (Stopwatch.GetElapsedTime(start), pages, Stopwatch.GetElapsedTime(began));
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new BenchException($"after {Patience.TotalSeconds:0} s {active} of {expected.Count} functions are Active");
        }
    }

    private static List<Uri> AddressesOf(LocalCluster cluster) =>
        [.. Enumerable.Range(0, Few).Select(number => cluster.Nodes[0].InvokeAddress(FunctionName(number)))];

    private static Task EachAsync(int from, int to, Func<int, Task> act, CancellationToken cancellation) => Parallel.ForEachAsync(
        Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (number, _) => await act(number));

    private static string FunctionName(int number) => $"echo-{number}";

    /// <param name="AllBytes">Resident memory of all nodes.</param>
    private sealed record Stage(double P50, double P99, double P50ToFloor, double P99ToFloor, double Start, double ResidentMib, double AllBytes, long Failed);
}
