namespace Hearth.Node.Pools;

/// <summary>One worker as it may be chosen for a new environment.</summary>
/// <param name="FreeMib">Not promised to any environment; below 0 while more is waited for than there is.</param>
/// <param name="OfFunction">Environments of the function that it has already.</param>
/// <param name="HasPackage">The function's code lies extracted on it.</param>
internal readonly record struct WorkerLoad(string Id, long FreeMib, long TotalMib, int OfFunction, bool HasPackage);

/// <summary>Where a new environment goes. Pure: chance comes in as a function.</summary>
/// <remarks>
/// The better of two workers that chance names: nearly as even as the best of all, and many actors that decide at once by figures
/// half a second old do not all choose the same one. Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load
/// Balancing", IEEE TPDS 12 (2001).
/// </remarks>
internal static class Placement
{
    /// <summary>A function's environments may lean so far to one worker before others are preferred for that alone.</summary>
    private const int Lean = 2;

    /// <summary>
    /// A worker with <paramref name="memoryMib"/> free, else the one that can come nearest to it: it takes idle environments back
    /// while the new one waits. Null where there is no worker.
    /// </summary>
    /// <param name="random">A number from 0 to below its argument.</param>
    public static string? Choose(IReadOnlyList<WorkerLoad> workers, int memoryMib, Func<int, int> random)
    {
        var free = workers.Where(worker => worker.FreeMib >= memoryMib).ToList();
        if (free.Count == 0)
            return workers.Count == 0 ? null : workers.OrderBy(worker => worker.TotalMib < memoryMib).ThenByDescending(worker => worker.FreeMib).First().Id;
        if (free.Count == 1)
            return free[0].Id;
        var first = random(free.Count);
        var second = random(free.Count - 1);
        return Better(free[first], free[second < first ? second : second + 1]).Id;
    }

    private static WorkerLoad Better(in WorkerLoad one, in WorkerLoad other)
    {
        var lean = one.OfFunction - other.OfFunction;
        if (Math.Abs(lean) >= Lean)
            return lean < 0 ? one : other;
        if (one.HasPackage != other.HasPackage)
            return one.HasPackage ? one : other;
        return Share(one) >= Share(other) ? one : other;
    }

    private static double Share(in WorkerLoad worker) => (double)worker.FreeMib / worker.TotalMib;
}
