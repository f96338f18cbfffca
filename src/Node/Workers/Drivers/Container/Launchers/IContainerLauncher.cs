namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>Makes a container from its settings and executes its first process. The same tests run with every implementation.</summary>
internal interface IContainerLauncher
{
    /// <summary>The word of <c>--launcher</c>: <c>own</c> or <c>runc</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Returns when the first process is executed; it is then this process's child. Its output goes to the sandbox's pipe.
    /// Not to be cancelled: a launcher killed half-way leaves processes that nobody knows.
    /// </summary>
    /// <param name="assignment">What the first process gets as descriptor 4, or null for nothing.</param>
    /// <returns>The first process's number on this machine.</returns>
    /// <exception cref="SandboxStartException">It could not be made; the message says why. What is left of it is in its control groups.</exception>
    Task<int> LaunchAsync(ContainerSandbox sandbox, ContainerSettings settings, AssignmentPipe? assignment);
}
