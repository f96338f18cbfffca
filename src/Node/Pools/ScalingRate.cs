using Hearth.Contracts;

namespace Hearth.Node.Pools;

/// <summary>
/// How fast a function may get new environments: so many in 10 s, refilled as time goes by; what is not used in a window is not saved up.
/// Pure: the clock is the caller's. Source: developer guide, "Lambda scaling behavior".
/// </summary>
internal sealed class ScalingRate
{
    /// <summary>A function on however small a cluster: one that fails as it starts is tried ten times a second.</summary>
    private const int Min = 100;

    private double _used;
    private DateTimeOffset _at;

    private static TimeSpan Window { get; } = TimeSpan.FromSeconds(10);

    /// <summary>In 10 s, as many as the workers' memory has room for: <see cref="Limits.ScalingRate"/> at most, as a large cluster has, and 100 at least.</summary>
    public static int Of(long workersMib, int memoryMib) => (int)Math.Clamp(workersMib / memoryMib, Min, Limits.ScalingRate);

    /// <summary>Counts one more; false, and nothing counted, where it comes too fast.</summary>
    public bool TryTake(int perWindow, DateTimeOffset now)
    {
        _used = Math.Max(0, _used - (Math.Max(0, (now - _at) / Window) * perWindow));
        _at = now;
        if (_used > perWindow - 1)
            return false;
        _used++;
        return true;
    }
}
