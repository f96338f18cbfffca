using System.Diagnostics;
using Bench.Measuring;

namespace Bench.Subjects;

/// <summary>Three nodes and their database, as <c>deploy/local-cluster.sh</c> starts and ends them. One at a time on a machine.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    public const int Size = 3;

    private const string Script = "deploy/local-cluster.sh", Folder = "artifacts/cluster";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120), StopDeadline = TimeSpan.FromSeconds(90), Patience = TimeSpan.FromMinutes(10);

    private readonly Process _script;
    private readonly Dictionary<int, Process> _restarted = [];

    private LocalCluster(Process script) => _script = script;

    public IReadOnlyList<HearthApi> Nodes { get; } =
        [.. Enumerable.Range(1, Size).Select(number => new HearthApi($"node {number}", new Uri($"http://{Host(number)}:9070/"), Patience))];

    /// <param name="memoryMib">What each node may promise to functions.</param>
    public static async Task<LocalCluster> StartAsync(BenchOptions options, int memoryMib, CancellationToken cancellation)
    {
        if (Path.GetFullPath(options.Node) != Path.GetFullPath("artifacts/node/hearth-node"))
            throw new BenchException("the cluster scenario measures artifacts/node/hearth-node and no other");
        Directory.CreateDirectory(Folder);
        string[] command =
        [
            "sh", "-c", "log=$1; shift; exec \"$@\" > \"$log\" 2>&1", "sh", Path.Combine(Folder, "script.log"),
            Script, "--nodes", $"{Size}", "--no-build", "--sandbox", options.Drivers[0], "--memory", $"{memoryMib}",
        ];
        var cluster = new LocalCluster(Programs.Start(command[0], command[1..], redirect: false));
        try
        {
            foreach (var node in cluster.Nodes)
            {
                await Programs.WaitForAsync(new Uri(node.Address, "readyz"), cluster._script, StartDeadline, cancellation);
                await node.FindRuntimesAsync(cancellation);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The place in <see cref="Nodes"/> of the node that an id or an address in the cluster names.</summary>
    public static int PlaceOf(string node) => Enumerable.Range(0, Size).First(place => node.Contains($"{Host(place + 1)}:", StringComparison.Ordinal));

    /// <summary>Resident memory of a node's process, in bytes.</summary>
    public static double ResidentBytes(int place) => EnvironmentMemory.ResidentBytes(ProcessOf(place + 1));

    /// <summary>Ends a node as an operator does, and starts it again by the same command.</summary>
    /// <returns>From its start until it is ready.</returns>
    public async Task<TimeSpan> RestartAsync(int place, CancellationToken cancellation)
    {
        var number = place + 1;
        var process = ProcessOf(number);
        var command = (await File.ReadAllTextAsync($"/proc/{process}/cmdline", cancellation)).TrimEnd('\0').Split('\0');
        await StopAsync(process, cancellation);
        if (_restarted.Remove(number, out var ended))
            ended.Dispose();
        string[] again = ["-c", "log=$1; shift; exec \"$@\" >> \"$log\" 2>&1", "sh", Log(number), "nsenter", $"--net=/run/netns/hearth-{number}", .. command];
        var start = Stopwatch.GetTimestamp();
        _restarted[number] = Programs.Start("sh", again, redirect: false);
        await Programs.WaitForAsync(new Uri(Nodes[place].Address, "readyz"), _restarted[number], StartDeadline, cancellation);
        return Stopwatch.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            node.Dispose();
        foreach (var (number, process) in _restarted)
        {
            // The script takes it for lost, and would leave its folder to the next start.
            if (!process.HasExited)
                await StopAsync(process.Id, CancellationToken.None);
            process.Dispose();
            Directory.Delete(Path.Combine(Folder, $"node-{number}"), recursive: true);
        }

        _restarted.Clear();
        if (!_script.HasExited)
            await StopAsync(_script.Id, CancellationToken.None);
        _script.Dispose();
    }

    private static async Task StopAsync(int process, CancellationToken cancellation)
    {
        await Programs.RunAsync("kill", ["-TERM", $"{process}"], cancellation);
        var start = Stopwatch.GetTimestamp();
        while (Directory.Exists($"/proc/{process}") && !IsZombie(process))
        {
            if (Stopwatch.GetElapsedTime(start) > StopDeadline)
                throw new BenchException($"process {process} did not end within {StopDeadline.TotalSeconds:0} s");
            await Task.Delay(50, cancellation);
        }
    }

    private static bool IsZombie(int process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[status.LastIndexOf(')') + 2] == 'Z';
        }
        catch (IOException)
        {
            return true;
        }
    }

    // By its data directory: the script is its parent, and tells nobody.
    private static int ProcessOf(int number)
    {
        var data = Path.GetFullPath(Path.Combine(Folder, $"node-{number}"));
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            var words = Words(folder);
            if (words.Length > 2 && Path.GetFileName(words[0]) == "hearth-node" && words.Contains(data))
                return int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture);
        }

        throw new BenchException($"node {number} of the cluster does not run: {Log(number)}");
    }

    private static string[] Words(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Log(int number) => Path.Combine(Folder, $"node-{number}.log");

    private static string Host(int number) => $"10.99.0.1{number}";
}
