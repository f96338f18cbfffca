namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>The launcher that <c>--launcher</c> names.</summary>
internal static class ContainerLaunchers
{
    public const string Automatic = "auto";

    /// <summary>What <c>--launcher</c> may say; the last is the default.</summary>
    public static readonly string[] Words = ["own", "runc", Automatic];

    /// <param name="word">One of <see cref="Words"/>. <c>auto</c> is own where it can run, else runc.</param>
    /// <exception cref="InvalidOperationException">The word is another, or that launcher cannot run here; the message says why.</exception>
    public static IContainerLauncher Choose(string word, CgroupLayout layout, ContainerPaths paths) => word switch
    {
        "own" => Own(layout),
        "runc" => Runc(paths),
        Automatic when WhyNotOwn() is null => Own(layout),
        Automatic => Runc(paths),
        _ => throw new InvalidOperationException($"--launcher must be one of {string.Join(", ", Words)}, not \"{word}\"."),
    };

    /// <returns>Null where our own launcher can run here, or the reason why it cannot.</returns>
    public static string? WhyNotOwn()
    {
        try
        {
            _ = SystemCalls.AskedOf(OwnLauncher.DefaultProgram);
            return null;
        }
        catch (InvalidOperationException reason)
        {
            return reason.Message;
        }
    }

    private static OwnLauncher Own(CgroupLayout layout)
    {
        try
        {
            return new OwnLauncher(layout);
        }
        catch (InvalidOperationException reason)
        {
            throw new InvalidOperationException($"--launcher own: {reason.Message}", reason);
        }
    }

    private static RuncLauncher Runc(ContainerPaths paths) =>
        new(ContainerProbe.FindRunc() ?? throw new InvalidOperationException("runc is not installed (on Debian: apt-get install runc)."), paths);
}
