using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hearth.Node.Workers.Egress;

/// <summary>Reads <c>egress.json</c>. README.md shows its form; comments and trailing commas are allowed.</summary>
internal static partial class EgressFile
{
    public const string DefaultName = "egress.json";

    private const int MostResolvers = 3, MostGrants = 10_000;
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Every error at once, each naming its place in the file; with any, the policies are null.</summary>
    public static (EgressPolicies? Policies, IReadOnlyList<string> Errors) Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            var errors = new List<string>();
            var policies = Read(document.RootElement, errors);
            return (errors.Count == 0 ? policies : null, errors);
        }
        catch (JsonException broken)
        {
            return (null, [$"is not JSON: {broken.Message}"]);
        }
    }

    private static EgressPolicies Read(JsonElement root, List<string> errors)
    {
        var policies = new EgressPolicies();
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("""must be an object, as {"functions": {"crawler": "internet"}}""");
            return policies;
        }

        // The range first: what grants may name depends on it, and the file may have them in any order.
        foreach (var member in EgressJson.Members(root, "", errors).OrderBy(member => member.Name == "functions"))
            policies = member.Name switch
            {
                "functions" => policies with { Grants = Grants(member.Value, policies.Range, errors) },
                "resolvers" => policies with { Resolvers = Resolvers(member.Value, errors) },
                "never" => policies with { Never = EgressJson.Strings(member.Value, "never", errors).Select(range => EgressJson.Range(range, "never", errors)).OfType<Ipv4Range>().ToArray() },
                "range" => policies with { Range = PoolRange(member.Value, errors) },
                _ => Unknown(policies, member.Name, errors),
            };
        return policies;
    }

    private static EgressPolicies Unknown(EgressPolicies policies, string member, List<string> errors)
    {
        errors.Add($"has an unknown member \"{member}\"; it may have functions, resolvers, never and range");
        return policies;
    }

    private static List<EgressGrant> Grants(JsonElement functions, Ipv4Range pool, List<string> errors)
    {
        var grants = new List<EgressGrant>();
        foreach (var member in EgressJson.Members(functions, "functions", errors))
        {
            var where = $"functions.\"{member.Name}\"";
            if (!Pattern().IsMatch(member.Name))
                errors.Add($"{where} is no function's name: 1 to 64 letters, digits, hyphens and underscores, or fewer followed by *");
            else
                grants.Add(EgressGrantReader.Read(member.Name, member.Value, where, pool, errors));
        }

        if (grants.Count > MostGrants)
            errors.Add($"functions has {grants.Count} entries; it may have {MostGrants}");
        return grants;
    }

    private static List<IPAddress> Resolvers(JsonElement value, List<string> errors)
    {
        var resolvers = new List<IPAddress>();
        foreach (var text in EgressJson.Strings(value, "resolvers", errors))
        {
            if (EgressJson.Range(text, "resolvers", errors) is not { } range)
                continue;
            if (range.Length != 32 || text.Contains('/'))
                errors.Add($"resolvers: '{text}' must be one address");
            else if (SpecialRanges.Never.Any(never => never.Contains(range)))
                errors.Add($"resolvers: '{text}' is loopback, link-local or reserved, which no sandbox reaches");
            else
                resolvers.Add(IPAddress.Parse(text));
        }

        if (resolvers.Count > MostResolvers)
            errors.Add($"resolvers has {resolvers.Count} addresses; programs read {MostResolvers}");
        return resolvers;
    }

    private static Ipv4Range PoolRange(JsonElement value, List<string> errors)
    {
        if (EgressJson.Text(value, "range", errors) is not { } text || EgressJson.Range(text, "range", errors) is not { } range)
            return EgressPolicies.DefaultRange;
        if (range.Length > 28 || !SpecialRanges.Private.Any(one => one.Contains(range)))
            errors.Add($"range '{text}' must hold 16 addresses or more and lie in one of {string.Join(", ", SpecialRanges.Private)}");
        return range;
    }

    [GeneratedRegex(@"^([a-zA-Z0-9_-]{1,64}|[a-zA-Z0-9_-]{0,63}\*)\z")]
    private static partial Regex Pattern();
}
