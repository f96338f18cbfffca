namespace Hearth.Node.Workers.Egress;

/// <summary>
/// The IPv4 ranges that are not the public internet: IANA's special-purpose registry (RFC 6890 and its updates), as of
/// November 2026, with multicast.
/// </summary>
internal static class SpecialRanges
{
    /// <summary>What no grant reaches: this network, loopback, link-local with the metadata address, multicast, reserved and broadcast.</summary>
    public static readonly IReadOnlyList<Ipv4Range> Never =
        [.. new[] { "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4" }.Select(Ipv4Range.Of)];

    /// <summary>Networks within a site, which a grant may name.</summary>
    public static readonly IReadOnlyList<Ipv4Range> Private =
        [.. new[] { "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15" }.Select(Ipv4Range.Of)];

    /// <summary>
    /// Protocol assignments, documentation, 6to4 relays. Nobody has them on the internet, so where they answer it is
    /// somebody's private use of them.
    /// </summary>
    public static readonly IReadOnlyList<Ipv4Range> Unrouted =
        [.. new[] { "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.51.100.0/24", "203.0.113.0/24" }.Select(Ipv4Range.Of)];

    /// <summary>What <c>internet</c> does not mean.</summary>
    public static readonly IReadOnlyList<Ipv4Range> NotPublic = [.. Never, .. Private, .. Unrouted];
}
