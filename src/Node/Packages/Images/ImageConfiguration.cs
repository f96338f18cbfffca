using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hearth.Node.Packages.Images;

/// <summary>What an image says about how it is run. Source: OCI image specification, "Image Configuration".</summary>
/// <param name="Environment">Its variables.</param>
/// <param name="WorkingDirectory">Empty where it says nothing.</param>
internal sealed partial record ImageConfiguration(
    IReadOnlyList<string> EntryPoint, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, string WorkingDirectory)
{
    /// <param name="json">The configuration as <c>skopeo inspect --config</c> prints it.</param>
    /// <exception cref="ImageException">It is none, or is for another machine.</exception>
    public static ImageConfiguration Parse(ReadOnlySpan<byte> json)
    {
        Stored stored;
        try
        {
            stored = JsonSerializer.Deserialize(json, Json.Default.Stored) ?? throw new JsonException("it is null");
        }
        catch (JsonException bad)
        {
            throw ImageException.Invalid($"The image's configuration cannot be read: {bad.Message}");
        }

        if (stored.Os is { Length: > 0 } os && os != "linux")
            throw ImageException.Invalid($"The image is for {os}; this node runs linux.");
        if (stored.Architecture is { Length: > 0 } architecture && architecture != Architecture)
            throw ImageException.Invalid($"The image is for {architecture}; this node runs {Architecture}.");
        var config = stored.Config ?? new StoredConfig();
        return new ImageConfiguration(config.Entrypoint ?? [], config.Cmd ?? [], Variables(config.Env ?? []), config.WorkingDir ?? "");
    }

    /// <summary>This machine's, as images name it.</summary>
    private static string Architecture { get; } =
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    // The last of equal names counts; what is no assignment says nothing.
    private static Dictionary<string, string> Variables(IReadOnlyList<string> assignments)
    {
        var variables = new Dictionary<string, string>();
        foreach (var assignment in assignments)
        {
            if (assignment.IndexOf('=', StringComparison.Ordinal) is var at and > 0 && !assignment.Contains('\0', StringComparison.Ordinal))
                variables[assignment[..at]] = assignment[(at + 1)..];
        }

        return variables;
    }

    internal sealed record Stored(
        [property: JsonPropertyName("os")] string? Os, [property: JsonPropertyName("architecture")] string? Architecture,
        [property: JsonPropertyName("config")] StoredConfig? Config);

    internal sealed record StoredConfig(
        IReadOnlyList<string>? Entrypoint = null, IReadOnlyList<string>? Cmd = null, IReadOnlyList<string>? Env = null, string? WorkingDir = null);

    [JsonSerializable(typeof(Stored))]
    private sealed partial class Json : JsonSerializerContext;
}
