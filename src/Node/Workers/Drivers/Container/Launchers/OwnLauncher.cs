using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>
/// Runs <c>hearth-sandbox</c> (src/Launcher) once a container. It does what a sandbox needs and nothing else, so it takes
/// a tenth of runc's time. The settings reach it over a socket, the function's variables never in a file.
/// </summary>
internal sealed class OwnLauncher : IContainerLauncher
{
    private const string ProgramName = "hearth-sandbox";

    private readonly CgroupLayout _layout;
    private readonly LauncherSettings _settings;
    private readonly string _program;

    /// <exception cref="InvalidOperationException">It cannot run here; the message says why.</exception>
    public OwnLauncher(CgroupLayout layout)
    {
        _program = DefaultProgram;
        _layout = layout;
        _settings = new LauncherSettings(layout, SeccompProgram.Compile(SeccompProfile.Rules, SystemCalls.AskedOf(_program)));
    }

    public string Name => "own";

    /// <summary>Beside the node's own program.</summary>
    public static string DefaultProgram => Path.Combine(AppContext.BaseDirectory, ProgramName);

    public async Task<int> LaunchAsync(ContainerSandbox sandbox, ContainerSettings settings, AssignmentPipe? assignment)
    {
        CgroupCreation.Create(_layout, settings.CgroupPath, settings.MemoryMib);
        using var channel = LauncherChannel.Create();
        channel.Send(_settings.Encode(settings, assignment is null ? 1 : 2));
        channel.FinishSending();
        // The bundle's name, for whoever lists processes, and for the sweep.
        var pid = Spawn.Start(
            _program, [ProgramName, sandbox.Bundle], [], "/", sandbox.Output.Path, sandbox.StatusFile, assignment?.Path, channel.LauncherEnd);
        channel.CloseLauncherEnd();
        await LauncherProcess.RunAsync(sandbox, pid);
        return channel.ReadNumber();
    }
}
