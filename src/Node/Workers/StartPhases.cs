using Hearth.Contracts.Api;

namespace Hearth.Node.Workers;

/// <summary>Where the time of an environment's start went, before its init phase.</summary>
/// <param name="Blank">Whether a sandbox was waiting for it.</param>
/// <param name="Placement">From the function's decision to the worker that starts it.</param>
/// <param name="Queue">Until its memory was reserved.</param>
/// <param name="Package">Until its code lay extracted on the node.</param>
/// <param name="Sandbox">Making the sandbox, or assigning a waiting one.</param>
internal sealed record StartPhases(bool Blank, TimeSpan Placement, TimeSpan Queue, TimeSpan Package, TimeSpan Sandbox)
{
    /// <param name="init">From the runtime process's start, or its assignment, to its first <c>next</c>; null before.</param>
    public EnvironmentStart Describe(TimeSpan? init) => new(
        Blank, Placement.TotalMilliseconds, Queue.TotalMilliseconds, Package.TotalMilliseconds, Sandbox.TotalMilliseconds, init?.TotalMilliseconds);
}
