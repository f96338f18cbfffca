using System.Text.RegularExpressions;

namespace Hearth.Node.Runtimes;

/// <summary>The <c>{name}</c> placeholders of manifests.</summary>
internal static partial class Placeholders
{
    public static IEnumerable<string> NamesIn(string template) =>
        Pattern().Matches(template).Select(match => match.Groups[1].Value);

    /// <summary>Fills in what has a value and leaves the rest as it is.</summary>
    public static string Fill(string template, IReadOnlyDictionary<string, string> values) =>
        Pattern().Replace(template, match => values.GetValueOrDefault(match.Groups[1].Value, match.Value));

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Pattern();
}
