using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;

namespace Hearth.Node.Pools;

/// <summary>What a pool answers to an invocation. There is no waiting: a cold lease is granted at once and its holder waits for the environment.</summary>
internal enum PoolVerdict
{
    /// <summary>An idle environment was leased.</summary>
    Warm,

    /// <summary>A new environment was leased and has to be started.</summary>
    Cold,

    /// <summary>The limit is reached.</summary>
    Throttle,

    /// <summary>A new environment is wanted, and no worker is there to have it.</summary>
    Homeless,
}

/// <param name="EnvironmentId">The environment leased; default when none is.</param>
/// <param name="WorkerId">The worker that has it, or is to start it; null when none is leased.</param>
/// <param name="Reason">Why it was throttled; meaningless otherwise.</param>
internal readonly record struct PoolDecision(PoolVerdict Verdict, EnvironmentId EnvironmentId, string? WorkerId, ThrottleReason Reason = default);
