namespace Cluster.Tests;

/// <summary>A fact of two versions of the node: skipped where <c>HEARTH_NODE_BEFORE</c> does not name the other's program.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeBeforeFactAttribute : FactAttribute
{
    private const string Variable = "HEARTH_NODE_BEFORE";

    public NodeBeforeFactAttribute() => Skip = Program is null ? $"{Variable} names no program; deploy/test-upgrade.sh builds one." : null;

    /// <summary>The <c>hearth-node</c> of the version before, somewhere below its own sources.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;
}
