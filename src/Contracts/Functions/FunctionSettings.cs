namespace Hearth.Contracts.Functions;

/// <summary>What a function's owner configured, complete and within <see cref="Limits"/>.</summary>
/// <param name="TimeoutSeconds">1 to 900.</param>
/// <param name="MemoryMib">128 to 10,240.</param>
/// <param name="EphemeralStorageMib">512 to 10,240.</param>
/// <param name="Architecture"><c>x86_64</c> or <c>arm64</c>.</param>
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
    string LogGroup);

/// <summary>The members an update gives; null keeps the function's own. An empty environment removes all variables.</summary>
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
    string? LogGroup = null)
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
    };
}

/// <summary>A code package by its content.</summary>
/// <param name="Sha256">The zip's SHA-256 in base64, as the API shows it.</param>
/// <param name="SizeBytes">The zip's size.</param>
public sealed record CodeReference(string Sha256, long SizeBytes);
