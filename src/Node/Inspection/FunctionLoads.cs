using Hearth.Contracts.Api;
using Hearth.Node.Workers;

namespace Hearth.Node.Inspection;

/// <summary>What functions keep busy, counted from environments and added up over nodes. Pure.</summary>
internal static class FunctionLoads
{
    public static FunctionLoad Of(string functionName, IReadOnlyCollection<ExecutionEnvironment> environments) => new(
        functionName,
        environments.Count(environment => environment.Lease is not null),
        environments.Count,
        environments.Count(environment => environment.State is EnvironmentState.Starting or EnvironmentState.Initializing),
        environments.Sum(environment => (long)environment.Spec.Settings.MemoryMib));

    /// <summary>One load a function, the busiest first.</summary>
    public static IReadOnlyList<FunctionLoad> Add(IEnumerable<FunctionLoad> loads) => Busiest(loads
        .GroupBy(load => load.FunctionName)
        .Select(group => group.Aggregate((one, other) => new FunctionLoad(
            one.FunctionName, one.InFlight + other.InFlight, one.Environments + other.Environments, one.Starting + other.Starting, one.MemoryMib + other.MemoryMib))));

    public static IReadOnlyList<FunctionLoad> Busiest(IEnumerable<FunctionLoad> loads) =>
    [
        .. loads
            .OrderByDescending(load => load.InFlight)
            .ThenByDescending(load => load.Environments)
            .ThenBy(load => load.FunctionName, StringComparer.Ordinal),
    ];
}
