namespace Hearth.Node.Workers;

/// <summary>
/// The memory a worker may promise to environments, counted by what is configured, never by what is used: an
/// environment may grow to its limit at any moment.
/// </summary>
internal sealed class MemoryBudget(long totalMib)
{
    public long TotalMib => totalMib;

    public long ReservedMib { get; private set; }

    public long FreeMib => totalMib - ReservedMib;

    public bool TryReserve(int memoryMib)
    {
        if (ReservedMib + memoryMib > totalMib)
            return false;

        ReservedMib += memoryMib;
        return true;
    }

    public void Free(int memoryMib) => ReservedMib -= memoryMib;

    /// <summary>
    /// The idle environments to give up, least recently used first, until <paramref name="neededMib"/> is free; all of
    /// them where that is not enough.
    /// </summary>
    public IReadOnlyList<T> ChooseReclaims<T>(IEnumerable<T> idle, Func<T, DateTimeOffset> lastUsed, Func<T, int> memoryMib, long neededMib)
    {
        var missing = neededMib - FreeMib;
        var chosen = new List<T>();
        foreach (var candidate in idle.OrderBy(lastUsed))
        {
            if (missing <= 0)
                break;
            chosen.Add(candidate);
            missing -= memoryMib(candidate);
        }

        return chosen;
    }
}
