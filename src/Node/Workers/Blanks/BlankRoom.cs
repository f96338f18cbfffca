namespace Hearth.Node.Workers.Blanks;

/// <summary>Who gets the room that the operator has given to blank sandboxes.</summary>
internal static class BlankRoom
{
    /// <summary>How long a memory size counts as in use after it was last asked for.</summary>
    private static readonly TimeSpan SizeAge = TimeSpan.FromHours(1);

    /// <summary>
    /// The stock to start one for: the emptiest, so that one busy runtime does not keep the others without any; of those
    /// with the same number, the one asked for last.
    /// </summary>
    /// <param name="lacking">Those that want one.</param>
    /// <returns>Null where none fits.</returns>
    public static BlankStock? Next(IEnumerable<BlankStock> lacking, long leftMib) => lacking
        .Where(stock => stock.ResidentMibEach <= leftMib)
        .OrderBy(stock => stock.Ready + stock.Starting)
        .ThenByDescending(stock => stock.Demand.LastAsked)
        .FirstOrDefault();

    /// <summary>
    /// Who gives one up for a stock that has none at all: the stock that holds most, of those with several; else, of the
    /// stocks for one memory size, the one asked for longest ago, if that was before <paramref name="first"/> was.
    /// </summary>
    public static BlankStock? Giver(IEnumerable<BlankStock> stocks, BlankStock first)
    {
        var withOne = stocks.Where(stock => stock != first && stock.Ready > 0).ToList();
        return withOne.Where(stock => stock.Ready > 1).MaxBy(stock => stock.ResidentMib)
            ?? withOne.Where(stock => stock.IsSized && stock.Demand.LastAsked < first.Demand.LastAsked).MinBy(stock => stock.Demand.LastAsked);
    }

    /// <summary>Memory sizes that nobody has asked for within an hour; of each runtime the one asked for last is not forgotten.</summary>
    public static IReadOnlyList<BlankStock> Forgotten(IEnumerable<BlankStock> stocks, DateTimeOffset now) =>
    [
        .. stocks.Where(stock => stock.IsSized)
            .GroupBy(stock => stock.Runtime.Identifier)
            .SelectMany(sizes => sizes.OrderByDescending(stock => stock.Demand.LastAsked).Skip(1))
            .Where(stock => stock.Starting == 0 && now - stock.Demand.LastAsked > SizeAge),
    ];
}
