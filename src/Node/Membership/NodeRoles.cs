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

    /// <summary>
    /// Of control nodes, beside what an operator gives them: the account's actor can be there. Nodes of versions without that actor do not have it, and
    /// are not waited for to start one.
    /// </summary>
    public const string Account = "account";

    /// <summary>What a node is a member as.</summary>
    public static IEnumerable<string> OfMember(IReadOnlySet<string> roles) => roles.Contains(Control) ? [.. roles, Account] : roles;

    /// <summary>A member's as an operator gave them, in order.</summary>
    public static IReadOnlyList<string> Shown(IEnumerable<string> roles) => [.. roles.Where(All.Contains).Order(StringComparer.Ordinal)];

    /// <summary>A member's id: <c>HOST:PORT</c> of its address.</summary>
    public static string IdOf(Address address) => $"{address.Host}:{address.Port}";
}
