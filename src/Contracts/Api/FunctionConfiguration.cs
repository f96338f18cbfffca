using System.Text.Json.Serialization;

namespace Hearth.Contracts.Api;

/// <summary>A function's configuration as every operation on it answers. Source: API model, <c>FunctionConfiguration</c>.</summary>
public sealed record FunctionConfiguration
{
    public required string FunctionName { get; init; }
    public required string FunctionArn { get; init; }
    public string? Runtime { get; init; }
    public required string Role { get; init; }
    public string? Handler { get; init; }

    /// <summary>The zip's size, in bytes; 0 for a container image.</summary>
    public required long CodeSize { get; init; }
    public string Description { get; init; } = "";

    /// <summary>Seconds, 1 to 900.</summary>
    public required int Timeout { get; init; }

    /// <summary>MB, 128 to 10,240.</summary>
    public required int MemorySize { get; init; }

    /// <summary>ISO 8601 with milliseconds and a numeric offset, as <c>2026-01-31T09:30:00.000+0000</c>.</summary>
    public required string LastModified { get; init; }

    /// <summary>The zip's SHA-256 in base64; for a container image the digest of its manifest, in hexadecimal.</summary>
    public required string CodeSha256 { get; init; }
    public required string Version { get; init; }
    public EnvironmentResponse? Environment { get; init; }
    public TracingConfig TracingConfig { get; init; } = new("PassThrough");
    public required string RevisionId { get; init; }
    public FunctionState State { get; init; }
    public string? StateReason { get; init; }
    public string? StateReasonCode { get; init; }
    public LastUpdateStatus? LastUpdateStatus { get; init; }
    public string? LastUpdateStatusReason { get; init; }
    public string? LastUpdateStatusReasonCode { get; init; }

    /// <summary><c>Zip</c> or <c>Image</c>.</summary>
    public string PackageType { get; init; } = "Zip";
    public ImageConfigResponse? ImageConfigResponse { get; init; }
    public required IReadOnlyList<string> Architectures { get; init; }
    public required EphemeralStorage EphemeralStorage { get; init; }
    public SnapStartResponse SnapStart { get; init; } = new("None", "Off");
    public required LoggingConfig LoggingConfig { get; init; }
}

/// <summary>Source: API model, <c>State</c>.</summary>
public enum FunctionState
{
    Pending,
    Active,
    Inactive,
    Failed,
}

/// <summary>Source: API model, <c>LastUpdateStatus</c>.</summary>
public enum LastUpdateStatus
{
    Successful,
    Failed,
    InProgress,
}

/// <summary>
/// What takes the place of a container image's own settings; null keeps the image's. Source: API model, <c>ImageConfig</c>.
/// </summary>
public sealed record ImageConfig(
    IReadOnlyList<string>? EntryPoint = null, IReadOnlyList<string>? Command = null, string? WorkingDirectory = null)
{
    /// <summary>Whether anything is given: an empty list or text is not.</summary>
    [JsonIgnore]
    public bool SaysSomething => EntryPoint is { Count: > 0 } || Command is { Count: > 0 } || WorkingDirectory is { Length: > 0 };
}

/// <summary>Source: API model, <c>ImageConfigResponse</c>.</summary>
public sealed record ImageConfigResponse(ImageConfig ImageConfig);

public sealed record EnvironmentResponse(IReadOnlyDictionary<string, string> Variables);

public sealed record EnvironmentSettings(IReadOnlyDictionary<string, string>? Variables);

public sealed record TracingConfig(string? Mode);

public sealed record EphemeralStorage(int Size);

public sealed record SnapStartResponse(string ApplyOn, string OptimizationStatus);

public sealed record SnapStartSettings(string? ApplyOn);

public sealed record LoggingConfig(string? LogFormat, string? LogGroup, string? ApplicationLogLevel = null, string? SystemLogLevel = null);
