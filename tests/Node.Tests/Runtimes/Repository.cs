namespace Hearth.Node.Tests.Runtimes;

/// <summary>Where the repository's own files are, seen from the test's output folder.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Runtimes { get; } = Path.Combine(Root, "runtimes");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests holds Cluster.sln.");
        return folder.FullName;
    }
}
