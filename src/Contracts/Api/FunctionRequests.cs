using System.Text.Json;

namespace Hearth.Contracts.Api;

/// <summary>
/// The body of CreateFunction. Members that this version of Hearth does not serve are read as raw JSON,
/// so that they can be refused by name rather than ignored. Source: API model, <c>CreateFunctionRequest</c>.
/// </summary>
public sealed record CreateFunctionRequest : FunctionSettingsRequest
{
    public string? FunctionName { get; init; }
    public FunctionCode? Code { get; init; }
    public string? PackageType { get; init; }
    public IReadOnlyList<string>? Architectures { get; init; }
    public bool? Publish { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public JsonElement? CodeSigningConfigArn { get; init; }
}

/// <summary>The body of UpdateFunctionConfiguration: every member given replaces the function's own. Source: API model.</summary>
public sealed record UpdateFunctionConfigurationRequest : FunctionSettingsRequest
{
    public string? RevisionId { get; init; }
}

/// <summary>What CreateFunction and UpdateFunctionConfiguration have in common. Null means: not given.</summary>
public abstract record FunctionSettingsRequest
{
    public string? Runtime { get; init; }
    public string? Role { get; init; }
    public string? Handler { get; init; }
    public string? Description { get; init; }
    public int? Timeout { get; init; }
    public int? MemorySize { get; init; }
    public EnvironmentSettings? Environment { get; init; }
    public EphemeralStorage? EphemeralStorage { get; init; }
    public TracingConfig? TracingConfig { get; init; }
    public LoggingConfig? LoggingConfig { get; init; }
    public SnapStartSettings? SnapStart { get; init; }
    public ImageConfig? ImageConfig { get; init; }

    public JsonElement? VpcConfig { get; init; }
    public JsonElement? DeadLetterConfig { get; init; }
    public JsonElement? KMSKeyArn { get; init; }
    public JsonElement? Layers { get; init; }
    public JsonElement? FileSystemConfigs { get; init; }
    public JsonElement? DurableConfig { get; init; }
    public JsonElement? TenancyConfig { get; init; }
    public JsonElement? CapacityProviderConfig { get; init; }
}

/// <summary>Where a new function's code comes from. Source: API model, <c>FunctionCode</c>.</summary>
public sealed record FunctionCode(byte[]? ZipFile, string? S3Bucket = null, string? S3Key = null, string? S3ObjectVersion = null, string? ImageUri = null);

/// <summary>The body of UpdateFunctionCode. Source: API model, <c>UpdateFunctionCodeRequest</c>.</summary>
public sealed record UpdateFunctionCodeRequest
{
    public byte[]? ZipFile { get; init; }
    public string? S3Bucket { get; init; }
    public string? S3Key { get; init; }
    public string? S3ObjectVersion { get; init; }
    public string? ImageUri { get; init; }
    public bool? Publish { get; init; }

    /// <summary>Answers what the update would give, and changes nothing.</summary>
    public bool? DryRun { get; init; }
    public string? RevisionId { get; init; }
    public IReadOnlyList<string>? Architectures { get; init; }
}
