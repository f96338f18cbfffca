using System.Globalization;

namespace Bench.Measuring;

/// <summary>What of a machine's settings stands in the way of very many environments.</summary>
internal static class MachineLimits
{
    /// <summary>What is left to everything else on the machine, in MiB.</summary>
    public const int SpareMib = 1_500;

    private const double EnvironmentMib = 7.2;

    // Of one environment: processes with what a start needs for a moment, and descriptors of the node.
    private const int Tasks = 3, Descriptors = 8, Others = 2_000;

    /// <exception cref="BenchException">A limit is too low; the message says which, and what to set it to.</exception>
    public static void Check(int environments)
    {
        var problems = new List<string>();
        foreach (var (file, each) in (ReadOnlySpan<(string, int)>)
        [
            ("kernel/pid_max", Tasks), ("kernel/threads-max", Tasks), ("user/max_user_namespaces", 1), ("user/max_net_namespaces", 1), ("user/max_pid_namespaces", 1),
            ("user/max_mnt_namespaces", 1), ("user/max_ipc_namespaces", 1), ("user/max_uts_namespaces", 1), ("fs/mount-max", 2),
        ])
        {
            var needed = Others + (environments * each);
            if (Setting(file) < needed)
                problems.Add($"sysctl -w {file.Replace('/', '.')}={needed} (it is {Setting(file)})");
        }

        // The node raises its own soft limit to the hard one.
        var files = Others + (environments * Descriptors);
        if (HardLimit("Max open files") < files)
            problems.Add($"ulimit -Hn {files} (it is {HardLimit("Max open files")})");
        var memory = SpareMib + (environments * EnvironmentMib);
        if (AvailableMib() < memory)
            problems.Add($"{memory:0} MiB of available memory (there are {AvailableMib()}); or fewer environments, by --environments");
        if (problems.Count > 0)
            throw new BenchException($"{environments} environments need more of this machine:\n  {string.Join("\n  ", problems)}");
    }

    public static long AvailableMib() =>
        Number(File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1_024;

    private static long Setting(string file) => Number(File.ReadAllText($"/proc/sys/{file}").Trim());

    private static long HardLimit(string name)
    {
        var hard = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return hard == "unlimited" ? long.MaxValue : Number(hard);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
