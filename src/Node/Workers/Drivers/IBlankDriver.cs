namespace Hearth.Node.Workers.Drivers;

/// <summary>Makes sandboxes whose runtime process is up before it is known which function they will run.</summary>
internal interface IBlankDriver
{
    /// <summary>
    /// Makes a sandbox and starts its runtime process, which gets ready, writes a zero byte to its standard output, and
    /// waits for its function. It may connect to its Runtime API meanwhile; it is served from the assignment on. A start that fails or is cancelled leaves nothing behind.
    /// </summary>
    /// <exception cref="SandboxStartException">The sandbox could not be made; the message says what failed and why.</exception>
    Task<IBlankSandbox> StartBlankAsync(BlankSpec spec, CancellationToken cancellation);
}

/// <summary>A sandbox with the full isolation, a waiting runtime process, and no function in it.</summary>
internal interface IBlankSandbox
{
    /// <summary>Completes when the runtime process has ended, before or after it was assigned; never faults.</summary>
    Task<SandboxExit> Exited { get; }

    /// <summary>
    /// Makes it the sandbox of one execution environment, for the rest of its life: package, limits, /tmp and Runtime
    /// API first, then the environment variables, on which the runtime loads the function. Takes well under a
    /// millisecond, or some where its /tmp is not of the usual size, and blocks meanwhile. To be called once; a sandbox
    /// that could not be assigned has to be discarded.
    /// </summary>
    /// <param name="spec">Its command and runtime directory are those that the sandbox was started with.</param>
    /// <exception cref="SandboxStartException">It has ended, or could not be fitted to the function.</exception>
    ISandbox Assign(SandboxSpec spec);

    /// <summary>Removes a sandbox that was not assigned. Errors are those of <see cref="ISandbox.StopAsync"/>.</summary>
    Task DiscardAsync();
}

/// <summary>What a blank sandbox runs.</summary>
/// <param name="Name">1 to 64 letters, digits, hyphens or underscores; no other sandbox's of the node.</param>
/// <param name="Command">Program and arguments, with <c>{runtime}</c> alone for a placeholder.</param>
/// <param name="Environment">The variables that the process starts with; all others come with the assignment.</param>
/// <param name="MemoryMib">Its limit until then.</param>
internal sealed record BlankSpec(
    string Name, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, string RuntimeDirectory, int MemoryMib)
{
    /// <summary>Tells a bootstrap that it starts blank: the number of the descriptor on which its variables will come.</summary>
    public const string AssignmentVariable = "HEARTH_ASSIGNMENT_FD";
}
