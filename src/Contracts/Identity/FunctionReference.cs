using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Hearth.Contracts.Identity;

/// <summary>
/// A function as a caller names it: <c>name</c>, <c>name:qualifier</c>, <c>account:function:name</c> or a full ARN,
/// each with an optional qualifier.
/// </summary>
/// <remarks>Source: API model, the pattern of <c>NamespacedFunctionName</c>.</remarks>
/// <param name="Name">1 to 64 letters, digits, <c>-</c> and <c>_</c>.</param>
/// <param name="Qualifier"><c>$LATEST</c>, a version number or an alias; null where none was given.</param>
/// <param name="Region">The region of a full ARN, else null.</param>
/// <param name="AccountId">The account of a full or partial ARN, else null.</param>
public sealed partial record FunctionReference(string Name, string? Qualifier, string? Region, string? AccountId)
{
    public const string Latest = "$LATEST";

    /// <summary>The pattern AWS prints when a name does not fit.</summary>
    public const string Pattern =
        @"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?";

    public static bool TryParse(string text, [NotNullWhen(true)] out FunctionReference? reference)
    {
        var match = Shape().Match(text);
        reference = !match.Success ? null : new FunctionReference(
            match.Groups["name"].Value,
            ValueOf(match.Groups["qualifier"]),
            ValueOf(match.Groups["region"]),
            ValueOf(match.Groups["account"]));
        return reference is not null;
    }

    private static string? ValueOf(Group group) => group.Success ? group.Value : null;

    [GeneratedRegex(
        @"^(?:arn:aws[a-zA-Z-]*:lambda:(?<region>[a-z]{2}(?:-[a-z]+)+-[0-9]):(?<account>[0-9]{12}):function:|(?<account>[0-9]{12}):function:|function:)?" +
        @"(?<name>[a-zA-Z0-9_-]{1,64})(?::(?<qualifier>\$LATEST|[a-zA-Z0-9_-]{1,128}))?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
