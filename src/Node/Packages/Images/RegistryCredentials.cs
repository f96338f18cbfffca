using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hearth.Node.Packages.Images;

/// <summary>
/// The operator's credentials for registries, in the file that <c>skopeo login --authfile</c> and <c>docker login</c> write:
/// <c>{"auths": {"host[:port][/name]": {"auth": "…"}}}</c>. It is read anew at each use, so that tokens can be renewed in it.
/// </summary>
/// <param name="file">Null for none.</param>
internal sealed class RegistryCredentials(string? file)
{
    /// <summary>What is said to one registry and nobody else: a file of the same form with its entries alone.</summary>
    /// <returns>Null where there are none for it.</returns>
    /// <exception cref="ImageException">The file cannot be read.</exception>
    public async Task<byte[]?> OfAsync(string host, CancellationToken cancellation)
    {
        if (file is null)
            return null;
        try
        {
            var read = JsonNode.Parse(await File.ReadAllBytesAsync(file, cancellation)) as JsonObject;
            var entries = new JsonObject((read?["auths"] as JsonObject ?? [])
                .Where(entry => entry.Key == host || entry.Key.StartsWith(host + "/", StringComparison.Ordinal))
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));
            return entries.Count == 0 ? null : JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["auths"] = entries });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ImageException(ImageException.Internal, $"The registries' credentials of this node (its option --registry-credentials) could not be read: {failure.Message}");
        }
    }
}
