using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Launchers;
using Hearth.Node.Workers.Drivers.Process;

namespace Hearth.Node.Workers.Drivers;

/// <summary>The driver that <c>--sandbox</c> names.</summary>
internal static class SandboxDrivers
{
    /// <summary>What <c>--sandbox</c> may say; the last is the default.</summary>
    public static readonly string[] Words = ["container", "process", "auto"];

    /// <param name="word">One of <see cref="Words"/>. <c>auto</c> is container where it can run, else process.</param>
    /// <param name="launcher">What makes containers; one of <see cref="ContainerLaunchers.Words"/>.</param>
    /// <exception cref="InvalidOperationException">The word is another, or containers were asked for and cannot run here; the message says why.</exception>
    public static ISandboxDriver Choose(string word, string launcher, string dataDirectory, ILoggerFactory loggers)
    {
        var log = loggers.CreateLogger(typeof(SandboxDrivers));
        var missing = word == "process" ? null : ContainerDriver.Probe();
        switch (word)
        {
            case "container" or "auto" when missing is null:
                var driver = new ContainerDriver(dataDirectory, launcher);
                if (driver.LauncherName == "runc" && launcher == ContainerLaunchers.Automatic)
                    log.LogWarning("Containers are made by runc, at ten times the time: {Reason}", ContainerLaunchers.WhyNotOwn());
                return driver;
            case "container":
                throw new InvalidOperationException($"--sandbox container: {missing}");
            case "process" or "auto":
                log.LogWarning(
                    "Functions run as plain processes of this user: nothing isolates them from this machine, from each other or from the node, and memory and CPU are not limited. {Missing}",
                    missing);
                return new ProcessDriver(dataDirectory);
            default:
                throw new InvalidOperationException($"--sandbox must be one of {string.Join(", ", Words)}, not \"{word}\".");
        }
    }
}
