using Hearth.Contracts.Api;

namespace Hearth.Contracts.Functions;

/// <summary>What a function's owner configured, complete and within <see cref="Limits"/>.</summary>
/// <param name="Runtime">Empty for a container image, which brings its own.</param>
/// <param name="Handler">Empty for a container image, whose command says it.</param>
/// <param name="TimeoutSeconds">1 to 900.</param>
/// <param name="MemoryMib">128 to 10,240.</param>
/// <param name="EphemeralStorageMib">512 to 10,240.</param>
/// <param name="Architecture"><c>x86_64</c> or <c>arm64</c>.</param>
/// <param name="ImageConfig">What takes the place of a container image's own settings; null for none.</param>
public sealed record FunctionSettings(
    string Runtime,
    string Handler,
    string Role,
    string Description,
    int TimeoutSeconds,
    int MemoryMib,
    int EphemeralStorageMib,
    string Architecture,
    IReadOnlyDictionary<string, string>? Environment,
    string TracingMode,
    string LogGroup,
    ImageConfig? ImageConfig = null);

/// <summary>
/// The members an update gives; null keeps the function's own. An empty environment removes all variables, an empty
/// image configuration all overrides.
/// </summary>
public sealed record FunctionSettingsPatch(
    string? Runtime = null,
    string? Handler = null,
    string? Role = null,
    string? Description = null,
    int? TimeoutSeconds = null,
    int? MemoryMib = null,
    int? EphemeralStorageMib = null,
    IReadOnlyDictionary<string, string>? Environment = null,
    string? TracingMode = null,
    string? LogGroup = null,
    ImageConfig? ImageConfig = null)
{
    public FunctionSettings ApplyTo(FunctionSettings settings) => settings with
    {
        Runtime = Runtime ?? settings.Runtime,
        Handler = Handler ?? settings.Handler,
        Role = Role ?? settings.Role,
        Description = Description ?? settings.Description,
        TimeoutSeconds = TimeoutSeconds ?? settings.TimeoutSeconds,
        MemoryMib = MemoryMib ?? settings.MemoryMib,
        EphemeralStorageMib = EphemeralStorageMib ?? settings.EphemeralStorageMib,
        Environment = Environment ?? settings.Environment,
        TracingMode = TracingMode ?? settings.TracingMode,
        LogGroup = LogGroup ?? settings.LogGroup,
        ImageConfig = ImageConfig ?? settings.ImageConfig,
    };
}

/// <summary>A function's code by its content: a zip, or a container image.</summary>
/// <param name="Sha256">The zip's SHA-256 in base64, or the digest of the image's manifest in hexadecimal, as the API shows them.</param>
/// <param name="SizeBytes">The zip's size; 0 for an image.</param>
/// <param name="ImageUri">The image as its owner named it, by a tag or by digest; null for a zip.</param>
public sealed record CodeReference(string Sha256, long SizeBytes, string? ImageUri = null);
