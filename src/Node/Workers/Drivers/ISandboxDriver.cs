using System.Net.Sockets;
using Hearth.Contracts.Environments;

namespace Hearth.Node.Workers.Drivers;

/// <summary>
/// Makes the isolation that realises an execution environment. One suite of tests runs against every implementation.
/// </summary>
internal interface ISandboxDriver
{
    /// <summary>The word of <c>--sandbox</c>: <c>container</c> or <c>process</c>.</summary>
    string Name { get; }

    /// <summary>Makes sandboxes in advance; null where this driver, or this machine, cannot.</summary>
    IBlankDriver? Blanks { get; }

    /// <summary>
    /// Makes the sandbox, gives its Runtime API listener to <see cref="SandboxSpec.ServeRuntimeApi"/>, and starts its
    /// runtime process with at least one full CPU. A start that fails or is cancelled leaves nothing behind.
    /// </summary>
    /// <exception cref="SandboxStartException">The sandbox could not be made; the message says what failed and why.</exception>
    Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellation);

    /// <summary>
    /// Removes every process, mount, cgroup and file that a node with the same data directory left. To be called before
    /// the first start, and after the last stop, when it takes away what the sandboxes shared.
    /// </summary>
    /// <exception cref="IOException">Something could not be removed; the message names it.</exception>
    Task SweepAsync(CancellationToken cancellation);
}

/// <summary>One running sandbox: a runtime process, all it started, its limits and its output.</summary>
internal interface ISandbox
{
    /// <summary>What its folders, mounts and control groups are named by.</summary>
    string Name { get; }

    /// <summary>
    /// Completes once, when the runtime process has ended and what it had written has been handed over; never faults.
    /// </summary>
    Task<SandboxExit> Exited { get; }

    /// <summary>The most memory the sandbox has used since it started, in bytes; cheap enough to read at each invocation.</summary>
    long PeakMemoryBytes { get; }

    /// <summary>Whether the kernel has killed a process of the sandbox for want of memory.</summary>
    bool OutOfMemory { get; }

    /// <summary>
    /// Hands everything the sandbox has written so far to its <see cref="ISandboxOutput"/> before it returns.
    /// Does not wait for more.
    /// </summary>
    void DrainOutput();

    /// <summary>Ends the init phase: from now on the sandbox gets the CPU that its memory buys (1,769 MB is one vCPU).</summary>
    void ApplyCpuShare();

    /// <summary>Stops every process of the sandbox where it is, until <see cref="Thaw"/>. No effect where the driver cannot.</summary>
    void Freeze();

    /// <summary>Lets the processes go on. Takes some microseconds.</summary>
    void Thaw();

    /// <summary>
    /// Kills every process of the sandbox and removes it. With <paramref name="keepScratch"/> its /tmp stays for the
    /// next <see cref="ISandboxDriver.StartAsync"/> with the same environment id. Can be called more than once: a later
    /// call without <paramref name="keepScratch"/> removes a kept /tmp that no later sandbox has taken over.
    /// </summary>
    /// <exception cref="IOException">Something could not be removed within ten seconds; another call, or a sweep, tries again.</exception>
    /// <exception cref="TimeoutException">The runtime process had not ended ten seconds after it was killed.</exception>
    Task StopAsync(bool keepScratch);
}

/// <summary>What the sandbox runs, and within which limits.</summary>
/// <param name="Command">
/// Program and arguments. <c>{task}</c> and <c>{runtime}</c> stand for the directories below as the sandbox sees them
/// (in a container <c>/var/task</c> and <c>/var/runtime</c>).
/// </param>
/// <param name="Environment">
/// All variables but those that depend on the driver: it sets <c>AWS_LAMBDA_RUNTIME_API</c>, <c>LAMBDA_TASK_ROOT</c>,
/// <c>LAMBDA_RUNTIME_DIR</c> and, where /tmp is not the sandbox's own, <c>TMPDIR</c>.
/// </param>
/// <param name="TaskDirectory">The extracted package on this machine; the working directory, read-only to the function.</param>
/// <param name="RuntimeDirectory">The folder of <c>runtimes/</c> on this machine; read-only to the function.</param>
/// <param name="Output">Receives standard output and standard error, interleaved as written.</param>
/// <param name="ServeRuntimeApi">Called once, before the process starts, with a listening TCP socket that only this sandbox reaches (where the driver isolates). The sandbox closes it when it stops.</param>
internal sealed record SandboxSpec(
    EnvironmentId EnvironmentId,
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    string TaskDirectory,
    string RuntimeDirectory,
    int MemoryMib,
    int EphemeralStorageMib,
    ISandboxOutput Output,
    Action<Socket> ServeRuntimeApi)
{
    /// <summary>Whose code it runs: by it the operator grants egress.</summary>
    public string FunctionName { get; init; } = "";

    /// <summary>
    /// The container image that the sandbox runs, in place of this machine's programs and of the two directories above;
    /// the command then has no placeholders and begins with the program's path in the image. Null for none.
    /// </summary>
    public SandboxImage? Image { get; init; }
}

/// <param name="Root">The image's root file system on this machine; read-only to the function.</param>
/// <param name="WorkingDirectory">As the sandbox sees it; exists in the image.</param>
internal sealed record SandboxImage(string Root, string WorkingDirectory);

/// <summary>Takes a sandbox's output. Calls never overlap for one sandbox and must not block.</summary>
internal interface ISandboxOutput
{
    void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>How a runtime process ended.</summary>
/// <param name="ExitCode">Its status, 0 to 255; null where a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or null. Both are null where the kernel could not tell.</param>
/// <param name="OutOfMemory">Whether the kernel killed a process of the sandbox for want of memory.</param>
internal sealed record SandboxExit(int? ExitCode, int? Signal, bool OutOfMemory);

/// <summary>A sandbox that could not be made.</summary>
internal sealed class SandboxStartException(string message, Exception? inner = null) : Exception(message, inner);
