namespace Cluster.Tests;

/// <summary>How much of the rare faults is run.</summary>
internal static class Rare
{
    public static string? Skip { get; } = Environment.GetEnvironmentVariable("HEARTH_FAULTS") == "all" ? null : "Rare faults are run by deploy/test-faults.sh.";

    /// <summary>How often a node of each role is killed.</summary>
    public static int Rounds { get; } = int.Parse(Environment.GetEnvironmentVariable("HEARTH_FAULT_ROUNDS") ?? "2");
}

internal sealed class RareFactAttribute : FactAttribute
{
    public RareFactAttribute() => Skip = Rare.Skip;
}

internal sealed class RareTheoryAttribute : TheoryAttribute
{
    public RareTheoryAttribute() => Skip = Rare.Skip;
}
