using System.Text;
using System.Text.RegularExpressions;

namespace Hearth.CommandLine.Deploying;

/// <summary>
/// Which paths of a folder stay out of the package: <c>.git</c>, <c>__pycache__</c>, the folder's own
/// <c>.hearthignore</c> and <c>hearth.json</c>, and what <c>.hearthignore</c> lists.
/// </summary>
/// <remarks>
/// One pattern a line; <c>#</c> begins a comment. <c>*</c> and <c>?</c> stay within one name, <c>**</c> crosses folders.
/// A pattern without a slash matches a name at any depth, one with a slash a path from the top; a slash at its end
/// means folders only; <c>!</c> in front takes a path back in. The last pattern that matches decides, and what lies
/// in a folder that is left out cannot be taken back in.
/// </remarks>
internal sealed class IgnoreRules
{
    public const string FileName = ".hearthignore";

    private readonly List<Rule> _rules = [];

    private IgnoreRules(IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns) Add(pattern);
    }

    public static IgnoreRules Of(string folder)
    {
        var file = Path.Combine(folder, FileName);
        IEnumerable<string> listed = File.Exists(file) ? File.ReadAllLines(file) : [];
        return new IgnoreRules([".git", "__pycache__/", "/" + FileName, "/" + SettingsFile.FileName, .. listed]);
    }

    public static IgnoreRules Parse(params IEnumerable<string> patterns) => new(patterns);

    /// <param name="path">From the folder's top, with <c>/</c> between names.</param>
    public bool IsIgnored(string path, bool isFolder)
    {
        for (var i = _rules.Count - 1; i >= 0; i--)
        {
            var rule = _rules[i];
            if ((isFolder || !rule.FoldersOnly) && rule.Shape.IsMatch(path)) return !rule.TakesBack;
        }

        return false;
    }

    private void Add(string line)
    {
        var pattern = line.Trim();
        if (pattern.Length == 0 || pattern[0] == '#') return;
        var takesBack = pattern[0] == '!';
        if (takesBack) pattern = pattern[1..];
        var foldersOnly = pattern.EndsWith('/');
        pattern = pattern.TrimEnd('/');
        if (pattern.Length == 0) return;

        var isFromTop = pattern.Contains('/');
        var shape = (isFromTop ? "^" : "^(?:.*/)?") + ToRegex(pattern.TrimStart('/')) + "$";
        _rules.Add(new Rule(new Regex(shape, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline), foldersOnly, takesBack));
    }

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (rest.StartsWith("**/")) (_, i) = (regex.Append("(?:.*/)?"), i + 2);
            else if (rest.StartsWith("**")) (_, i) = (regex.Append(".*"), i + 1);
            else if (rest[0] == '*') regex.Append("[^/]*");
            else if (rest[0] == '?') regex.Append("[^/]");
            else regex.Append(Regex.Escape(rest[..1].ToString()));
        }

        return regex.ToString();
    }

    private sealed record Rule(Regex Shape, bool FoldersOnly, bool TakesBack);
}
