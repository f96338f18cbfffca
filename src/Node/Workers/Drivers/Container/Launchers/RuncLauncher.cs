using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>One <c>runc run --detach</c> a container (create and start apart cost a second process start); stopping needs no runc.</summary>
internal sealed class RuncLauncher(string runc, ContainerPaths paths) : IContainerLauncher
{
    public string Name => "runc";

    public async Task<int> LaunchAsync(ContainerSandbox sandbox, ContainerSettings settings, AssignmentPipe? assignment)
    {
        OciConfiguration.Write(Path.Combine(sandbox.Bundle, "config.json"), settings);
        var pidFile = Path.Combine(sandbox.Bundle, "pid");
        await LauncherProcess.RunAsync(sandbox, Spawn.Start(
            runc,
            [
                "runc", "--root", paths.RuncState, "--log", Path.Combine(sandbox.Bundle, "log"), "run", "--detach",
                "--preserve-fds", assignment is null ? "1" : "2", "--bundle", sandbox.Bundle, "--pid-file", pidFile, sandbox.Name,
            ],
            [new("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")], sandbox.Bundle, sandbox.Output.Path, sandbox.StatusFile, assignment?.Path));
        return int.Parse(await File.ReadAllTextAsync(pidFile, CancellationToken.None));
    }
}
