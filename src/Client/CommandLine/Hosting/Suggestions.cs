namespace Hearth.CommandLine.Hosting;

/// <summary>Names that are close to one that does not exist.</summary>
internal static class Suggestions
{
    private const int MostSuggestions = 3;

    public static IReadOnlyList<string> Among(IEnumerable<string> names, string name) =>
    [
        .. names
            .Select(candidate => (candidate, distance: Distance(candidate, name)))
            .Where(pair => pair.distance <= Math.Max(2, name.Length / 3) || pair.candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(MostSuggestions)
            .Select(pair => pair.candidate),
    ];

    /// <summary>Insertions, deletions and changes of one letter that lead from one name to the other; case does not count.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
