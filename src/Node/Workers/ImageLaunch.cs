using System.Net.Sockets;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Identity;
using Hearth.Node.Packages.Images;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Workers;

/// <summary>How a container image is run: its own settings, and over them what the function's owner configured.</summary>
/// <param name="Command">The program's path in the image, and its arguments.</param>
/// <param name="Handler">What <c>_HANDLER</c> says: the first word of the command, which AWS's clients take for the handler.</param>
internal sealed record ImageLaunch(
    SandboxImage Image, IReadOnlyList<string> Command, string Handler, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The launch, or why nothing can be run, in the words of the function's log.</summary>
    public static (ImageLaunch? Launch, string? Problem) Of(UnpackedImage image, ImageConfig? overrides)
    {
        var settings = image.Configuration;
        var command = overrides?.Command is { Count: > 0 } given ? given : settings.Command;
        string[] words = [.. overrides?.EntryPoint is { Count: > 0 } entryPoint ? entryPoint : settings.EntryPoint, .. command];
        if (words.Length == 0)
            return (null, "the image has neither an entry point nor a command");

        var directory = overrides?.WorkingDirectory is { Length: > 0 } other ? other : settings.WorkingDirectory;
        var workingDirectory = directory.StartsWith('/') ? directory : $"/{directory}";
        if (ImageTree.Resolve(image.Root, workingDirectory) is not { } folder || !Directory.Exists(folder))
            return (null, $"chdir {workingDirectory}: no such file or directory");

        var variables = new Dictionary<string, string> { ["TZ"] = ":UTC", ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
        foreach (var (name, value) in settings.Environment)
            variables[name] = value;
        var (program, problem) = ImageTree.FindProgram(image.Root, words[0], variables["PATH"], workingDirectory);
        return program is null
            ? (null, problem)
            : (new ImageLaunch(new SandboxImage(image.Root, workingDirectory), [program, .. words.Skip(1)], command.Count > 0 ? command[0] : "", variables), null);
    }

    /// <summary>The sandbox of one execution environment.</summary>
    public SandboxSpec Sandbox(EnvironmentSpec spec, EnvironmentId environment, PlatformLog log, Partition partition, Action<Socket> serve) => new(
        environment, Command, FunctionVariables.Build(spec, Environment, Handler, log.Stream, partition), "", "",
        spec.Settings.MemoryMib, spec.Settings.EphemeralStorageMib, log, serve)
    { Image = Image };
}
