using Bench.Report;

namespace Bench.Scenarios;

/// <summary>One question that the bench answers. It starts what it needs and leaves nothing of it.</summary>
internal interface IScenario
{
    string Name { get; }

    Task<ScenarioResult> RunAsync(CancellationToken cancellation);
}

internal static class BenchScenarios
{
    public static IEnumerable<IScenario> Of(BenchOptions options) => options.Scenarios.Distinct().Select<string, IScenario>(name => name switch
    {
        "warm" => new WarmScenario(options),
        "cold" => new ColdScenario(options),
        "burst" => new BurstScenario(options),
        "memory" => new MemoryScenario(options),
        "launchers" => new LauncherScenario(options),
        "soak" => new SoakScenario(options),
        "idle" => new IdleScenario(options),
        "stream" => new StreamScenario(options),
        "messages" => new MessageScenario(options),
        "hop" => new HopScenario(options),
        "functions" => new FunctionsScenario(options),
        "sleepers" => new SleepersScenario(options),
        _ => throw new ArgumentException($"no scenario {name}", nameof(options)),
    });
}
