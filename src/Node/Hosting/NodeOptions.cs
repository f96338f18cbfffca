using System.Net;
using Hearth.Contracts.Identity;

namespace Hearth.Node.Hosting;

/// <summary>The node's settings, read and checked by <see cref="NodeSettings"/>, which has their defaults and bounds.</summary>
internal sealed record NodeOptions
{
    /// <summary>Absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Npgsql's connection string; null for a SQLite file in the data directory. May hold a password.</summary>
    public string? Postgres { get; init; }

    public required IPEndPoint Http { get; init; }

    /// <summary>Null for a node that is alone.</summary>
    public ClusterOptions? Cluster { get; init; }

    public required SandboxChoice Sandbox { get; init; }

    public required LauncherChoice Launcher { get; init; }

    /// <summary>Absolute.</summary>
    public required string RuntimesDirectory { get; init; }

    /// <summary>Absolute; null where layout folders may not be named.</summary>
    public string? ImagesDirectory { get; init; }

    /// <summary>Registries, <c>host[:port]</c>, that container images may come from; null for any.</summary>
    public IReadOnlySet<string>? ImageRegistries { get; init; }

    /// <summary>Absolute; null for none.</summary>
    public string? RegistryCredentialsFile { get; init; }

    /// <summary>Whether registries on loopback addresses may be spoken to without TLS.</summary>
    public bool PlainLoopbackRegistries { get; init; }

    public required Partition Partition { get; init; }

    /// <summary>Absolute; null for <c>egress.json</c> in the data directory, which need not be there.</summary>
    public required string? EgressFile { get; init; }

    public required long MemoryMib { get; init; }

    public required long BlankMemoryMib { get; init; }

    public required int Concurrency { get; init; }

    public required TimeSpan IdleTimeout { get; init; }

    public required int LogMib { get; init; }

    public required TimeSpan LogAge { get; init; }
}

/// <param name="Akka">This node's address, as the others reach it.</param>
/// <param name="Seeds">The addresses at which a node finds its cluster; the first forms it.</param>
/// <param name="Roles">Of <see cref="Membership.NodeRoles"/>.</param>
/// <param name="Channel">Where its data channel listens.</param>
/// <param name="Operator">Where operators of other machines are answered.</param>
/// <param name="CertificatesDirectory">Absolute.</param>
internal sealed record ClusterOptions(
    IPEndPoint Akka, IReadOnlyList<IPEndPoint> Seeds, IReadOnlySet<string> Roles, IPEndPoint Channel, IPEndPoint Operator, string CertificatesDirectory);

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
