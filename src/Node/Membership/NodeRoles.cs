using Akka.Actor;

namespace Hearth.Node.Membership;

/// <summary>What a node does for its cluster, and what it is called there.</summary>
internal static class NodeRoles
{
    /// <summary>Takes callers' requests.</summary>
    public const string Gateway = "gateway";

    /// <summary>Has functions' actors.</summary>
    public const string Control = "control";

    /// <summary>Has environments.</summary>
    public const string Worker = "worker";

    public static IReadOnlyList<string> All { get; } = [Gateway, Control, Worker];

    /// <summary>A member's id: <c>HOST:PORT</c> of its address.</summary>
    public static string IdOf(Address address) => $"{address.Host}:{address.Port}";
}
