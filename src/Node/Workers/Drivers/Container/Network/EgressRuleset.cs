using System.Net;
using System.Text;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>
/// The packet filter of an instance, as nft reads it: one table, replaced as a whole in one transaction. Nothing in it
/// is of a single sandbox: a sandbox's link has its function's grant for a group, and its source address is checked
/// against the route back.
/// </summary>
internal static class EgressRuleset
{
    /// <summary>How many connections a sandbox may have tracked at once: the machine's table of them is everybody's.</summary>
    public const int MostConnections = 1_024;

    public static string TableOf(string instance) => $"inet hearth-{instance}";

    /// <summary>Removes the table, whether it is there or not.</summary>
    public static string Removal(string instance) => $"table {TableOf(instance)}\ndelete table {TableOf(instance)}\n";

    /// <param name="groups">Each grant's link group, 1 or more.</param>
    /// <param name="resolvers">Where every grant reaches port 53.</param>
    public static string Render(string instance, EgressPolicies policies, Func<EgressGrant, int> groups, IReadOnlyList<IPAddress> resolvers)
    {
        var own = $"\"{AddressPool.LinkPrefix}{instance}*\"";
        var grants = policies.Grants.Where(grant => !grant.IsNone).ToArray();
        var verdicts = grants.Length == 0 ? "" : $"iifgroup vmap {{ {string.Join(", ", grants.Select(grant => $"{groups(grant)} : goto grant_{groups(grant)}"))} }}";
        return $$"""
            {{Removal(instance)}}
            table {{TableOf(instance)}} {
              {{Set("closed", [.. SpecialRanges.Never, policies.Range, .. policies.Never], "flags interval; auto-merge;")}}
              {{Set("not_public", policies.NotPublic, "flags interval; auto-merge;")}}
              {{Set("resolvers", resolvers.Select(Ipv4Range.Of).ToArray(), "flags interval;")}}
              set conversations { type ipv4_addr; size 65536; flags dynamic; }

              chain refuse { reject with icmp type admin-prohibited; }

              # What leaves a sandbox, before any other rule of the machine sees or rewrites it.
              chain prerouting {
                type filter hook prerouting priority raw; policy accept;
                iifname {{own}} jump from_sandbox
              }
              chain from_sandbox {
                meta nfproto != ipv4 drop
                fib saddr . iif oif missing drop
                fib daddr type != unicast goto refuse
                ip daddr @closed goto refuse
              }

              # A rewriting rule of the machine's may have led it here all the same.
              chain input {
                type filter hook input priority filter; policy accept;
                iifname {{own}} goto refuse
              }
              chain forward {
                type filter hook forward priority filter; policy accept;
                iifname {{own}} goto outbound
                oifname {{own}} goto inbound
              }
              chain output {
                type filter hook output priority filter; policy accept;
                oifname {{own}} goto inbound
              }
              chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                iifname {{own}} masquerade
              }

              # Answers alone; a sandbox serves nobody.
              chain inbound {
                ct state established,related accept
                icmp type { destination-unreachable, time-exceeded } accept
                drop
              }
            {{string.Concat(grants.Select(grant => Chain(grant, groups(grant))))}}
              # Each packet, not each connection: a grant that is taken back ends what it had opened.
              chain outbound {
                oifname "{{AddressPool.LinkPrefix}}*" goto refuse
                ip daddr @closed goto refuse
                ct state invalid drop
                ct state new add @conversations { ip saddr ct count over {{MostConnections}} } goto refuse
                tcp flags syn tcp option maxseg size set rt mtu
                {{verdicts}}
                goto refuse
              }
            }

            """;
    }

    private static string Set(string name, IReadOnlyList<Ipv4Range> ranges, string flags) =>
        $"set {name} {{ type ipv4_addr; {flags} {(ranges.Count == 0 ? "" : $"elements = {{ {string.Join(", ", ranges.Distinct())} }};")} }}";

    private static string Chain(EgressGrant grant, int group)
    {
        var chain = new StringBuilder($"\n  chain grant_{group} {{\n    ip daddr @resolvers meta l4proto {{ tcp, udp }} th dport 53 accept\n");
        foreach (var rule in grant.Rules)
            chain.Append($"    ip daddr {rule.To} {Match(rule)} accept\n");
        if (grant.Internet)
            chain.Append("    ip daddr != @not_public meta l4proto { tcp, udp, icmp } accept\n");
        return chain.Append("    goto refuse\n  }\n").ToString();
    }

    private static string Match(EgressRule rule)
    {
        var ports = $"dport {{ {string.Join(", ", rule.Ports)} }}";
        return (rule.Protocol, rule.Ports.Count) switch
        {
            (null, 0) => "meta l4proto { tcp, udp, icmp }",
            (null, _) => $"meta l4proto {{ tcp, udp }} th {ports}",
            (EgressProtocol.Tcp, 0) => "meta l4proto tcp",
            (EgressProtocol.Udp, 0) => "meta l4proto udp",
            (EgressProtocol.Tcp, _) => $"tcp {ports}",
            _ => $"udp {ports}",
        };
    }
}
