using System.Net;
using Hearth.Contracts.Identity;

namespace Hearth.Node.Hosting;

/// <summary>The node's settings, read and checked by <see cref="NodeSettings"/>, which has their defaults and bounds.</summary>
internal sealed record NodeOptions
{
    /// <summary>Absolute.</summary>
    public required string DataDirectory { get; init; }

    public required IPEndPoint Http { get; init; }

    public required SandboxChoice Sandbox { get; init; }

    public required LauncherChoice Launcher { get; init; }

    /// <summary>Absolute.</summary>
    public required string RuntimesDirectory { get; init; }

    public required Partition Partition { get; init; }

    public required long MemoryMib { get; init; }

    public required long BlankMemoryMib { get; init; }

    public required int Concurrency { get; init; }

    public required TimeSpan IdleTimeout { get; init; }

    public required int LogMib { get; init; }

    public required TimeSpan LogAge { get; init; }
}

internal enum SandboxChoice
{
    Auto,
    Container,
    Process,
}

internal enum LauncherChoice
{
    Auto,
    Own,
    Runc,
}
