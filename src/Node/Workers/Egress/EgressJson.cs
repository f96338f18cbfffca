using System.Text.Json;

namespace Hearth.Node.Workers.Egress;

/// <summary>Reads JSON values of the kinds <c>egress.json</c> has; what is wrong is added to the errors, with its place.</summary>
internal static class EgressJson
{
    /// <summary>An object's members. A name given twice is an error: which of the two holds would be a guess.</summary>
    public static IReadOnlyList<JsonProperty> Members(JsonElement value, string where, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add($"{where} must be an object");
            return [];
        }

        var members = value.EnumerateObject().ToArray();
        foreach (var twice in members.GroupBy(member => member.Name).Where(group => group.Count() > 1))
            errors.Add($"{(where.Length == 0 ? "" : $"{where} ")}has \"{twice.Key}\" more than once");
        return members.DistinctBy(member => member.Name).ToArray();
    }

    public static IReadOnlyList<string> Strings(JsonElement value, string where, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Add($"{where} must be an array of strings");
            return [];
        }

        return value.EnumerateArray().Select(element => Text(element, where, errors)).OfType<string>().ToArray();
    }

    public static string? Text(JsonElement value, string where, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        errors.Add($"{where} must be a string, not {value.GetRawText()}");
        return null;
    }

    public static Ipv4Range? Range(string text, string where, List<string> errors)
    {
        if (Ipv4Range.TryParse(text, out var range, out var error))
            return range;
        errors.Add($"{where}: '{text}' {error}");
        return null;
    }
}
