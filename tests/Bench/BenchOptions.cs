using System.Globalization;

namespace Bench;

/// <summary>What one run measures.</summary>
/// <param name="Scenarios">Any of <c>warm</c>, <c>cold</c>, <c>burst</c>, <c>memory</c>, <c>launchers</c>, <c>soak</c>, <c>idle</c>,
/// <c>stream</c>, <c>messages</c>, <c>hop</c>, <c>functions</c>, <c>sleepers</c>.</param>
/// <param name="Drivers"><c>container</c>, <c>process</c> or both; container needs root and runc.</param>
/// <param name="Rounds">Rounds of the warm scenario, each measuring every subject once.</param>
/// <param name="Seconds">Length of one warm measurement.</param>
/// <param name="Samples">Cold starts, and environments of the memory scenario, for each subject.</param>
/// <param name="Starts">Sandboxes that come and go in the soak.</param>
/// <param name="Environments">Of the idle scenario, all alive at once.</param>
/// <param name="Functions">That the scenario of that name registers.</param>
/// <param name="Sleepers">Invocations that sleep at once.</param>
/// <param name="Pin">Whether the load generator has CPU 0 and everything else CPU 1.</param>
/// <param name="Node">The published <c>hearth-node</c>.</param>
/// <param name="Output">The JSON file that is written.</param>
internal sealed record BenchOptions(
    IReadOnlyList<string> Scenarios,
    IReadOnlyList<string> Drivers,
    int Rounds,
    int Seconds,
    int Samples,
    int Starts,
    int Environments,
    int Functions,
    int Sleepers,
    bool Pin,
    string Node,
    string Output)
{
    // What a run measures where no scenario is named; the others take long, or much of the machine.
    private static readonly string[] UsualScenarios = ["warm", "cold", "burst", "memory"];

    // Of three nodes; all together they are "cluster".
    private static readonly string[] ClusterScenarios = ["hop", "functions", "sleepers"];

    private static readonly string[] AllScenarios = [.. UsualScenarios, "launchers", "soak", "idle", "stream", "messages", .. ClusterScenarios];

    private static readonly string[] AllDrivers = ["container", "process"];

    /// <summary>Null, and what is wrong, where the arguments are not understood.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> args, out string problem)
    {
        var options = new BenchOptions([], AllDrivers, 3, 2, 20, 10_000, 2_000, 10_000, 1_000, false, "artifacts/node/hearth-node", "artifacts/bench/latest.json");
        for (var i = 0; i < args.Count; i++)
        {
            var next = i + 1 < args.Count ? args[i + 1] : "";
            var taken = args[i] switch
            {
                "--pin" => options with { Pin = true },
                "--drivers" when next.Split(',').All(AllDrivers.Contains) => options with { Drivers = next.Split(',') },
                "--rounds" when Number(next, 1, 100) is { } rounds => options with { Rounds = rounds },
                "--seconds" when Number(next, 1, 60) is { } seconds => options with { Seconds = seconds },
                "--samples" when Number(next, 1, 1000) is { } samples => options with { Samples = samples },
                "--starts" when Number(next, 1, 10_000_000) is { } starts => options with { Starts = starts },
                "--environments" when Number(next, 1, 100_000) is { } environments => options with { Environments = environments },
                "--functions" when Number(next, 10, 1_000_000) is { } functions => options with { Functions = functions },
                "--sleepers" when Number(next, 10, 1_000) is { } sleepers => options with { Sleepers = sleepers },
                "--node" when next.Length > 0 => options with { Node = next },
                "--output" when next.Length > 0 => options with { Output = next },
                var scenario when AllScenarios.Contains(scenario) => options with { Scenarios = [.. options.Scenarios, scenario] },
                "cluster" => options with { Scenarios = [.. options.Scenarios, .. ClusterScenarios] },
                _ => null,
            };
            if (taken is null)
            {
                problem = $"not understood: {args[i]} {next}\n{Usage}";
                return null;
            }

            if (args[i].StartsWith("--", StringComparison.Ordinal) && args[i] != "--pin")
                i++;
            options = taken;
        }

        problem = "";
        return options.Scenarios.Count > 0 ? options : options with { Scenarios = UsualScenarios };
    }

    private const string Usage =
        """
        usage: bench.sh [warm] [cold] [burst] [memory] [launchers] [soak] [idle] [stream] [messages]
                        [hop] [functions] [sleepers] [cluster]      (the first four where none is named; cluster: the three before it)
                        [--drivers container,process] [--rounds 3] [--seconds 2] [--samples 20] [--pin]
                        [--starts 10000] [--environments 2000] [--functions 10000] [--sleepers 1000]
                        [--node artifacts/node/hearth-node] [--output artifacts/bench/latest.json]
        """;

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null;
}

/// <summary>A measurement that could not be made; the message says which and why.</summary>
internal sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
