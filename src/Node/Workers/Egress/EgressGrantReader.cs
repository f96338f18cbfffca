using System.Globalization;
using System.Text.Json;

namespace Hearth.Node.Workers.Egress;

/// <summary>
/// Reads one function's grant: <c>"none"</c>, <c>"internet"</c>, or an array of <c>"internet"</c>, CIDRs and
/// <c>{"to": CIDR, "protocol": "tcp"|"udp", "ports": "5432,8000-8100"}</c>.
/// </summary>
internal static class EgressGrantReader
{
    private const string Forms = """must be "none", "internet", or an array of CIDRs and of {"to": CIDR, "protocol": "tcp", "ports": "443"}""";

    public static EgressGrant Read(string pattern, JsonElement value, string where, Ipv4Range pool, List<string> errors)
    {
        var grant = new EgressGrant(pattern, Internet: false, []);
        switch (value.ValueKind)
        {
            case JsonValueKind.String when value.GetString() == "none":
                return grant;
            case JsonValueKind.String when value.GetString() == "internet":
                return grant with { Internet = true };
            case JsonValueKind.Array:
                var entries = value.EnumerateArray().ToArray();
                var rules = entries.Select((entry, i) => IsInternet(entry) ? null : Rule(entry, $"{where}[{i}]", pool, errors)).OfType<EgressRule>().ToArray();
                return grant with { Internet = entries.Any(IsInternet), Rules = rules };
            default:
                errors.Add($"{where} {Forms}, not {value.GetRawText()}");
                return grant;
        }
    }

    private static bool IsInternet(JsonElement entry) => entry.ValueKind == JsonValueKind.String && entry.GetString() == "internet";

    private static EgressRule? Rule(JsonElement entry, string where, Ipv4Range pool, List<string> errors)
    {
        if (entry.ValueKind == JsonValueKind.String)
            return To(entry.GetString()!, where, pool, errors) is { } plain ? new EgressRule(plain, null, []) : null;
        Ipv4Range? to = null;
        EgressProtocol? protocol = null;
        IReadOnlyList<PortRange> ports = [];
        var hasTo = false;
        foreach (var member in EgressJson.Members(entry, where, errors))
        {
            if (member.Name is not ("to" or "protocol" or "ports"))
                errors.Add($"{where} has an unknown member \"{member.Name}\"; it may have to, protocol and ports");
            else if (EgressJson.Text(member.Value, $"{where}.{member.Name}", errors) is not { } text)
                hasTo |= member.Name == "to";
            else if (member.Name == "to")
                (hasTo, to) = (true, To(text, $"{where}.to", pool, errors));
            else if (member.Name == "protocol")
                protocol = Protocol(text, where, errors);
            else
                ports = Ports(text, where, errors);
        }

        if (!hasTo && entry.ValueKind == JsonValueKind.Object)
            errors.Add($"{where} has no \"to\"");
        return to is { } range ? new EgressRule(range, protocol, ports) : null;
    }

    private static Ipv4Range? To(string text, string where, Ipv4Range pool, List<string> errors)
    {
        if (EgressJson.Range(text, where, errors) is not { } range)
            return null;
        // A wide range would open private networks that nobody meant to name.
        if (SpecialRanges.NotPublic.FirstOrDefault(special => special != range && range.Contains(special)) is { Length: > 0 } inside)
            errors.Add($"{where}: '{text}' is wider than {inside}, which is not public; say \"internet\" for all public addresses, and name private ranges themselves");
        else if (SpecialRanges.Never.Any(never => never.Contains(range)))
            errors.Add($"{where}: '{text}' is loopback, link-local, multicast or reserved, which no function may reach");
        else if (pool.Meets(range))
            errors.Add($"{where}: '{text}' meets {pool}, where sandboxes have their own addresses; choose another \"range\" for them");
        return range;
    }

    private static EgressProtocol? Protocol(string text, string where, List<string> errors)
    {
        if (text is "tcp" or "udp")
            return text == "tcp" ? EgressProtocol.Tcp : EgressProtocol.Udp;
        errors.Add($"{where}.protocol '{text}' must be tcp or udp; without it, both and ICMP are meant");
        return null;
    }

    private static List<PortRange> Ports(string text, string where, List<string> errors)
    {
        var ports = new List<PortRange>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Trim().Split('-');
            var (first, last) = (Port(ends[0]), Port(ends[^1]));
            if (ends.Length > 2 || first is null || last < first || last is null)
                errors.Add($"{where}.ports '{text}' must be ports from 1 to 65535 or ranges of them, as 443 or 5432,8000-8100");
            else
                ports.Add(new PortRange(first.Value, last.Value));
        }

        return ports;
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535 ? port : null;
}
