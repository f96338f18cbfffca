using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>Waits for a launcher's end.</summary>
internal static class LauncherProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <exception cref="SandboxStartException">Its status was not 0, or it took more than 30 seconds; the message is what it wrote.</exception>
    public static async Task RunAsync(ContainerSandbox sandbox, int pid)
    {
        var launcher = ChildProcess.Watch(pid);
        if (await Task.WhenAny(launcher.Exited, Task.Delay(Deadline, CancellationToken.None)) != launcher.Exited)
            launcher.Kill();
        if (await launcher.Exited is not { ExitCode: 0 })
            throw new SandboxStartException(sandbox.Output.TakeText() is { Length: > 0 } text ? text : "The launcher ended without a word.");
    }
}
