using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Deploying;

/// <summary>
/// <c>hearth.json</c> in the folder: <c>name</c>, <c>runtime</c>, <c>handler</c>, <c>memory</c> (MB), <c>timeout</c> (seconds),
/// <c>environment</c> (an object of strings), <c>description</c>, <c>role</c>; comments are allowed. Another member is refused,
/// because a misspelt one would otherwise do nothing.
/// </summary>
internal static class SettingsFile
{
    public const string FileName = "hearth.json";

    /// <summary>No settings where there is no file.</summary>
    /// <exception cref="UsageException">The file cannot be read, or says something that has no meaning.</exception>
    public static DeploySettings Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return new DeploySettings();
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), SettingsJson.Default.DeploySettings) ?? new DeploySettings();
        }
        catch (JsonException failure)
        {
            throw new UsageException($"{path}, {JsonPosition.Describe(failure)}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"Cannot read {path}: {failure.Message}");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(DeploySettings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
