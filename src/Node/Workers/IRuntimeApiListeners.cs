using System.Net.Sockets;
using Hearth.Contracts.Environments;

namespace Hearth.Node.Workers;

/// <summary>Serves the Runtime API to environments, each on a listening socket of its own.</summary>
internal interface IRuntimeApiListeners
{
    /// <summary>Serves an environment from now on; an earlier listener of the same environment is closed, with its connections.</summary>
    void Serve(ExecutionEnvironment environment, Socket listener);

    /// <summary>Closes an environment's listener and its connections.</summary>
    void Stop(EnvironmentId environmentId);
}
