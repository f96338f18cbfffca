using Hearth.Contracts.Environments;

namespace Hearth.Node.Workers;

/// <summary>
/// How many starts a worker has under way at once: a thousand runtimes that begin in one moment leave the node itself no processor, and its
/// cluster takes it for dead. A start that takes longer than <see cref="MaxHold"/> waits for something else, and holds up nobody. Pure.
/// </summary>
internal sealed class StartPlaces(int places)
{
    private readonly Dictionary<EnvironmentId, DateTimeOffset> _taken = [];

    public static TimeSpan MaxHold { get; } = TimeSpan.FromSeconds(1);

    public bool HasFree(DateTimeOffset now)
    {
        if (_taken.Count < places)
            return true;
        foreach (var (id, _) in _taken.Where(taken => taken.Value + MaxHold <= now).ToList())
            _taken.Remove(id);
        return _taken.Count < places;
    }

    public void Take(EnvironmentId id, DateTimeOffset now) => _taken[id] = now;

    /// <summary>The start has come to its end, whichever. False where it held no place.</summary>
    public bool Leave(EnvironmentId id) => _taken.Remove(id);
}
