namespace Hearth.Node.Workers.Egress;

/// <summary>What the functions of one pattern may reach.</summary>
/// <param name="Pattern">A function's name, or the beginning of names followed by <c>*</c>.</param>
/// <param name="Internet">Every public address.</param>
/// <param name="Rules">And these.</param>
internal sealed record EgressGrant(string Pattern, bool Internet, IReadOnlyList<EgressRule> Rules)
{
    /// <summary>Whether it is <c>none</c>: no network at all.</summary>
    public bool IsNone => !Internet && Rules.Count == 0;
}

/// <summary>Addresses that a grant names.</summary>
/// <param name="Protocol">Null for TCP, UDP and ICMP; with ports, TCP and UDP.</param>
/// <param name="Ports">Empty for all.</param>
internal sealed record EgressRule(Ipv4Range To, EgressProtocol? Protocol, IReadOnlyList<PortRange> Ports)
{
    public override string ToString() =>
        $"{To}{(Protocol is { } protocol ? $" {protocol.ToString().ToLowerInvariant()}" : "")}{(Ports.Count > 0 ? $" {string.Join(',', Ports)}" : "")}";
}

internal enum EgressProtocol
{
    Tcp,
    Udp,
}

/// <summary>From the first to the last port, both included; 1 to 65,535.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
