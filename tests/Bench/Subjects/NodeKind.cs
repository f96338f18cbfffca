namespace Bench.Subjects;

/// <summary>One way to run a node.</summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Driver"><c>container</c> or <c>process</c>.</param>
/// <param name="Options">Further arguments of the node.</param>
internal sealed record NodeKind(string Name, string Driver, params string[] Options)
{
    /// <summary>Whether runtime processes wait for a function.</summary>
    public bool KeepsBlanks => Driver == "container" && !Options.Contains("--blank-memory");

    /// <summary>A node as it is for each driver.</summary>
    public static IReadOnlyList<NodeKind> Of(BenchOptions options) => [.. options.Drivers.Select(driver => new NodeKind(driver, driver))];

    /// <summary>The same, and where containers are measured one that keeps no sandboxes ready.</summary>
    public static IReadOnlyList<NodeKind> WithAndWithoutBlanks(BenchOptions options) =>
    [
        .. options.Drivers.SelectMany(driver => driver == "container"
            ? [new NodeKind("container, blank ready", driver), new NodeKind("container, none ready", driver, "--blank-memory", "0")]
            : (NodeKind[])[new NodeKind(driver, driver)]),
    ];
}
