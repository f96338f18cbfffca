using Conformance.Tests.Nodes;

namespace Conformance.Tests.Streaming;

/// <summary>Lets functions go on that wait for a file: it is put beside their extracted package, which the test and a container share.</summary>
internal static class Gate
{
    public const string Marker = "gate-marker";

    /// <summary>Opens it for every function of the node that waits for this name.</summary>
    public static void Open(Node node, string name)
    {
        foreach (var marker in Directory.EnumerateFiles(node.Data, Marker, SearchOption.AllDirectories))
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(marker)!, name), "");
    }
}
