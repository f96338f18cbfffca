using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Launchers;
using Hearth.Node.Workers.Drivers.Container.Network;
using Hearth.Node.Workers.Drivers.Process;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Workers.Drivers;

/// <summary>The driver that <c>--sandbox</c> names.</summary>
internal static class SandboxDrivers
{
    /// <summary>What <c>--sandbox</c> may say; the last is the default.</summary>
    public static readonly string[] Words = ["container", "process", "auto"];

    /// <param name="word">One of <see cref="Words"/>. <c>auto</c> is container where it can run, else process.</param>
    /// <param name="launcher">What makes containers; one of <see cref="ContainerLaunchers.Words"/>.</param>
    /// <param name="egress">What functions are granted; null for nothing. Plain processes have the machine's network whatever it says.</param>
    /// <exception cref="InvalidOperationException">The word is another, or containers were asked for and cannot run here; the message says why.</exception>
    public static ISandboxDriver Choose(string word, string launcher, string dataDirectory, ILoggerFactory loggers, EgressSettings? egress = null)
    {
        var log = loggers.CreateLogger(typeof(SandboxDrivers));
        var missing = word == "process" ? null : ContainerDriver.Probe();
        switch (word)
        {
            case "container" or "auto" when missing is null:
                if (egress is { Current.Grants.Count: > 0 } && NftProgram.Find() is null)
                    throw new InvalidOperationException($"{egress.Path} grants functions a network, for which containers need nft. It is not installed (on Debian: apt-get install nftables).");
                var driver = new ContainerDriver(dataDirectory, launcher, egress: egress, log: loggers.CreateLogger<ContainerDriver>());
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
