namespace Hearth.Node.Hosting;

/// <summary>What this node is called in leases and in what it prints.</summary>
internal static class NodeIdentity
{
    /// <summary>Its address in its cluster; alone, the machine's name.</summary>
    public static string Of(NodeOptions options) => options.Cluster is { } cluster ? cluster.Akka.ToString() : Environment.MachineName;
}
