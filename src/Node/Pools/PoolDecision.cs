using Hearth.Contracts;
using Hearth.Contracts.Environments;

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

    /// <summary>A new environment is wanted sooner than the function may have one more.</summary>
    TooFast,

    /// <summary>A new environment is wanted, and no worker is there to have it.</summary>
    Homeless,
}

/// <param name="EnvironmentId">The environment leased; default when none is.</param>
/// <param name="WorkerId">The worker that has it, or is to start it; null when none is leased.</param>
internal readonly record struct PoolDecision(PoolVerdict Verdict, EnvironmentId EnvironmentId, string? WorkerId);

/// <summary>What a function may have, as it stands now.</summary>
/// <param name="Leases">At once.</param>
/// <param name="Starts">New environments in 10 s.</param>
internal readonly record struct PoolLimits(int Leases, int Starts = Limits.ScalingRate);
