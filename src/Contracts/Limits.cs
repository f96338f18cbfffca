namespace Hearth.Contracts;

/// <summary>
/// Lambda's quotas as Hearth enforces them. Each gives its unit and where the value was read
/// (the AWS Lambda developer guide, "Lambda quotas", or the API model; read 2026-11).
/// </summary>
public static class Limits
{
    /// <summary>Largest synchronous request payload, in bytes: 6 MiB. Beyond it: 413 RequestTooLargeException. Source: quotas page.</summary>
    public const int RequestPayloadBytes = 6_291_456;

    /// <summary>Largest buffered response, in bytes: 6 MiB and 100 bytes. Beyond it: Function.ResponseSizeTooLarge. Source: recorded responses, 2025-11.</summary>
    public const int ResponsePayloadBytes = 6_291_556;

    /// <summary>Largest streamed response, in bytes: 200 MiB. Beyond it: Function.ResponseSizeTooLarge. Source: developer guide, "Response streaming", since 2025-07.</summary>
    public const long StreamedResponseBytes = 209_715_200;

    /// <summary>Largest body of CreateFunction and UpdateFunctionCode, in bytes. Beyond it: 413 RequestEntityTooLargeException. Source: recorded responses.</summary>
    public const int DeploymentRequestBytes = 70_167_211;

    /// <summary>Largest zip given inline, in bytes: 50 MiB. Source: quotas page.</summary>
    public const int ZippedPackageBytes = 52_428_800;

    /// <summary>Largest package once unzipped, in bytes: 250 MiB, shared with its layers. Source: quotas page.</summary>
    public const long UnzippedPackageBytes = 262_144_000;

    /// <summary>Most entries Hearth extracts from one package. AWS names no number; this one bounds inodes and time.</summary>
    public const int PackageEntries = 100_000;

    /// <summary>Largest container image once unpacked, in bytes: 10 GB. Source: quotas page.</summary>
    public const long UnpackedImageBytes = 10_737_418_240;

    /// <summary>Most files Hearth unpacks from one image. AWS names no number; this one bounds inodes and time.</summary>
    public const int ImageEntries = 1_000_000;

    /// <summary>Words in an image configuration's entry point or command, and the longest working directory. Source: API model, <c>ImageConfig</c>.</summary>
    public const int ImageConfigWords = 1_500, ImageWorkingDirectoryCharacters = 1_000;

    /// <summary>Largest body of any other API request, in bytes: 1 MiB.</summary>
    public const int ApiRequestBytes = 1_048_576;

    /// <summary>Smallest and largest memory, in MB. Source: API model, <c>MemorySize</c>.</summary>
    public const int MinMemoryMib = 128, MaxMemoryMib = 10_240;

    /// <summary>Memory that buys one full vCPU, in MB. Source: developer guide, "Configure memory".</summary>
    public const int MemoryMibPerVcpu = 1_769;

    /// <summary>Smallest and largest timeout, in seconds. Source: API model, <c>Timeout</c>.</summary>
    public const int MinTimeoutSeconds = 1, MaxTimeoutSeconds = 900;

    /// <summary>Smallest and largest /tmp, in MB. Source: API model, <c>EphemeralStorageSize</c>.</summary>
    public const int MinEphemeralStorageMib = 512, MaxEphemeralStorageMib = 10_240;

    /// <summary>All environment variables together, as JSON, in bytes: 4 KB. Source: quotas page.</summary>
    public const int EnvironmentVariablesBytes = 4_096;

    /// <summary>Client context header, decoded, in bytes. Source: API model, <c>ClientContext</c>.</summary>
    public const int ClientContextBytes = 3_583;

    /// <summary>What <c>LogType=Tail</c> returns at most, in bytes: the last 4 KB. Source: API model, <c>LogResult</c>.</summary>
    public const int LogTailBytes = 4_096;

    /// <summary>Concurrent executions of an account where the operator sets nothing else. Source: quotas page.</summary>
    public const int AccountConcurrency = 1_000;

    /// <summary>New execution environments of a function in 10 s. Source: developer guide, "Lambda scaling behavior".</summary>
    public const int ScalingRate = 1_000;

    /// <summary>Concurrency that reserved settings must leave to all other functions. Source: developer guide, "Reserved concurrency".</summary>
    public const int MinUnreservedConcurrency = 100;

    /// <summary>Names a page of ListFunctions holds at most. Source: API model, <c>MaxListItems</c>; AWS answers with 50 whatever more is asked.</summary>
    public const int ListPageItems = 50;

    /// <summary>The init phase of an on-demand environment. Source: developer guide, "Lambda runtime environment".</summary>
    public static readonly TimeSpan InitPhase = TimeSpan.FromSeconds(10);
}
