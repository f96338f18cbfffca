namespace Hearth.Node.Packages;

/// <summary>
/// Names for what is being written or removed. They carry this process's own mark, so that a sweep tells what an
/// earlier process left from what another thread is just writing.
/// </summary>
internal static class PartialNames
{
    private const string Prefix = ".partial-";
    private static readonly string Mine = $"{Prefix}{Guid.NewGuid():N}-";
    private static long _last;

    /// <summary>A name in <paramref name="folder"/> that nothing else has.</summary>
    public static string Next(string folder) => Path.Combine(folder, $"{Mine}{Interlocked.Increment(ref _last)}");

    /// <summary>Whether another process left this behind.</summary>
    public static bool IsLeftover(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && !name.StartsWith(Mine, StringComparison.Ordinal);
}
