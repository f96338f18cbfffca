namespace Hearth.Node.Workers;

/// <summary>What an environment asks of the actor that owns its sandbox. Called under the environment's lock: only to be noted.</summary>
internal interface IEnvironmentOwner
{
    /// <summary>The function is loaded.</summary>
    void Initialized();

    /// <summary>Kill the processes, keep /tmp, start again.</summary>
    void ResetWanted();

    /// <summary>Remove the sandbox: the environment has ended.</summary>
    void StopWanted();
}
