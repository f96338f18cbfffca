namespace Hearth.Node.Workers;

/// <summary>What becomes of a runtime's post.</summary>
internal enum RuntimeVerdict
{
    Accepted,
    InvalidRequestId,
    InvalidState,
}

/// <summary>A runtime asked for what its environment's state does not allow.</summary>
internal sealed class RuntimeStateException(EnvironmentState state) : Exception($"The environment is {state}.");
