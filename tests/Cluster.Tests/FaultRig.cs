using System.Net.Sockets;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Client;
using Xunit.Abstractions;

namespace Cluster.Tests;

/// <summary>Callers that go on calling while something is done to the nodes, and what it cost them.</summary>
public abstract class FaultRig(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Functions = 6, Callers = 6;

    /// <summary>Who waits longer is not served as usual.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);

    private readonly string _ran = Path.GetTempFileName();
    private TestCluster? _cluster;

    private protected TestCluster Cluster => _cluster!;

    private protected ITestOutputHelper Output => output;

    /// <summary>Answers with the event, and notes it: each is the number of a request.</summary>
    private Source Noting => Source.Python($"""
        import os
        def handler(event, context):
            note = os.open('{_ran}', os.O_WRONLY | os.O_APPEND)
            os.write(note, b'%d\n' % event)
            os.close(note)
            return event
        """);

    public async Task InitializeAsync() => _cluster = await StartAsync();

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        File.Delete(_ran);
    }

    private protected virtual Task<TestCluster> StartAsync() => TestCluster.StartAsync(3, "--memory", "4096");

    /// <summary>Callers at work, each function served.</summary>
    private protected async Task<Ledger> OpenAsync(IReadOnlyList<Node>? gateways = null)
    {
        var functions = new List<string>();
        for (var n = 0; n < Functions; n++)
            functions.Add((await (gateways ?? Cluster.Nodes)[n % (gateways ?? Cluster.Nodes).Count].CreateAsync(Noting)).Name);
        var ledger = Ledger.Open(gateways ?? Cluster.Nodes, functions, Callers);
        await ledger.ServedAsync(200);
        return ledger;
    }

    /// <summary>Every function has been answered three times since.</summary>
    private protected static Task AllServedAsync(Ledger ledger)
    {
        var since = ledger.Now;
        return Patience.UntilAsync(
            () => ledger.Entries.Where(entry => entry.Began > since && entry.Status == 200).GroupBy(entry => entry.Function).Count(function => function.Count() >= 3) == Functions,
            "every function answers again");
    }

    /// <summary>
    /// Ends the callers: what has failed since the fault at <paramref name="from"/> is told, and nothing that was
    /// answered well has not run, or anything has run twice.
    /// </summary>
    /// <param name="times">Of a fault that came several times; the slowest return counts.</param>
    private protected async Task<List<LedgerEntry>> CloseAsync(string fault, Ledger ledger, TimeSpan from, IReadOnlyList<TimeSpan>? times = null)
    {
        await ledger.ServedAsync(100);
        await ledger.CloseAsync();
        var entries = ledger.Entries;
        var failed = entries.Where(entry => entry.Status != 200).ToList();
        var unusual = entries.Where(entry => entry.Ended > from && (entry.Status != 200 || entry.Ended - entry.Began > Usual)).ToList();
        var normal = unusual.Select(entry => entry.Ended - (times ?? [from]).Last(time => time < entry.Ended)).DefaultIfEmpty().Max();
        FaultTable.Add(new FaultRow(fault, entries.Count, failed.Count, normal));
        output.WriteLine($"{fault}: normal after {normal.TotalSeconds:F1} s; {failed.Count} of {entries.Count} requests failed");
        foreach (var kind in failed.GroupBy(entry => (entry.Status, entry.Text)).Take(20))
            output.WriteLine($"  {kind.Count()} × {kind.Key.Status} from {(kind.Min(entry => entry.Began) - from).TotalSeconds:F1} to {(kind.Max(entry => entry.Ended) - from).TotalSeconds:F1} s, longest {kind.Max(entry => (entry.Ended - entry.Began).TotalSeconds):F1} s: {kind.Key.Text}");

        var runs = (await File.ReadAllLinesAsync(_ran)).Select(int.Parse).ToList();
        Assert.Equal(runs.Count, runs.Distinct().Count());
        Assert.Empty(entries.Where(entry => entry.Status == 200).Select(entry => entry.Number).Except(runs));
        return failed;
    }

    /// <summary>Every node is a member, and serves.</summary>
    private protected Task AllReadyAsync() => Patience.UntilAsync(
        async () =>
        {
            try
            {
                return (await Task.WhenAll(Cluster.Nodes.Select(node => node.GetAsync("readyz")))).All(answer => answer.Status == 200)
                    && (await Cluster.ListNodesAsync(0)).Nodes.Count == Cluster.Nodes.Count;
            }
            catch (Exception away) when (away is HttpRequestException or SocketException or OperationCanceledException or InvalidOperationException or ObjectDisposedException or HearthException)
            {
                return false;
            }
        },
        "all nodes are members");
}
