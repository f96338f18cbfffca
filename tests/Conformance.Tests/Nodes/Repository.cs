namespace Conformance.Tests.Nodes;

/// <summary>Where the sources and the built node are.</summary>
internal static class Repository
{
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    public static string Runtimes { get; } = Path.Combine(Root, "runtimes");

    /// <summary>Those of the repository that the program was built in; of this one for null.</summary>
    public static string RuntimesOf(string? program) => program is null ? Runtimes : Path.Combine(Above(Path.GetDirectoryName(program)!), "runtimes");

    public static string Examples { get; } = Path.Combine(Root, "deploy", "examples");

    /// <summary>The node of these tests' own build configuration.</summary>
    public static string Node { get; } = Path.Combine(Root, "src", "Node", "bin", Configuration(), "net10.0", "hearth-node");

    /// <summary><c>hearth</c>, of these tests' own build configuration.</summary>
    public static string CommandLine { get; } = Path.Combine(Root, "src", "Client", "CommandLine", "bin", Configuration(), "net10.0", "hearth");

    /// <summary>A package under tests/DotNetFunctions, of these tests' own build configuration.</summary>
    public static string DotNetFunction(string project) => Path.Combine(Root, "tests", "DotNetFunctions", project, "bin", Configuration(), "net10.0");

    private static string Above(string folder) => File.Exists(Path.Combine(folder, "Cluster.sln"))
        ? folder
        : Above(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests must run from below the repository."));

    // …/tests/Conformance.Tests/bin/<Configuration>/net10.0/
    private static string Configuration() =>
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;
}
