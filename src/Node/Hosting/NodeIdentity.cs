namespace Hearth.Node.Hosting;

/// <summary>What this node is called in leases and in what it prints.</summary>
internal static class NodeIdentity
{
    public static string Local { get; } = Environment.MachineName;
}
