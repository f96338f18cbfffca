using System.Security.Cryptography;

namespace Hearth.Node.Packages.Images;

/// <summary>Asks for images and fetches them: each step a program in the jail.</summary>
internal sealed class ImageFetch(ImageOptions options)
{
    private readonly RegistryCredentials _credentials = new(options.CredentialsFile);

    // The folders on which a container has its own mounts; the image's root is read-only by then. A link in their place
    // leads somewhere inside the jail at most.
    private const string UnpackScript = """
        set -eu
        umoci unpack --rootless --image /work/layout:image /work/bundle
        cd /work/bundle/rootfs
        for folder in . sys sys/fs; do if [ -d "$folder" ] && [ ! -L "$folder" ]; then chmod u+rwx "$folder"; fi; done
        mkdir -p proc dev tmp sys/fs/cgroup
        """;

    /// <summary>The digest, 64 hexadecimal digits, of the manifest that the image has now.</summary>
    /// <exception cref="ImageException">It cannot be had.</exception>
    public async Task<string> DigestAsync(ImageSource source, string folder, CancellationToken cancellation)
    {
        var place = PlaceOf(source);
        var manifest = await AskAsync(
            "It could not be read", folder, place, ["inspect", "--raw", .. place.Plain("--tls-verify=false"), place.Name], cancellation);
        return Convert.ToHexStringLower(SHA256.HashData(manifest));
    }

    /// <summary>Leaves the image's root file system in <c>bundle/rootfs</c> of a new folder, which the caller deletes.</summary>
    /// <param name="digest">What the image has to be, whatever its tag names by now.</param>
    /// <returns>Its configuration, as JSON.</returns>
    /// <exception cref="ImageException">It cannot be had or unpacked.</exception>
    public async Task<byte[]> FetchAsync(ImageSource source, string digest, string folder, CancellationToken cancellation)
    {
        var place = PlaceOf(source is ImageSource.Registry registry ? registry with { Digest = digest } : source);
        await AskAsync(
            "It could not be fetched", folder, place, ["copy", "-q", .. place.Plain("--src-tls-verify=false"), place.Name, "oci:/work/layout:image"], cancellation);
        // A layout is asked by tag: skopeo has no other way.
        if (place.Folder is not null && await DigestAsync(source, folder, cancellation) != digest)
            throw new ImageException(ImageException.Deleted, $"{source.Resolved(digest)} is no more: its tag names another image.");
        var configuration = await StepAsync(
            "Its configuration could not be read", folder, null, ["skopeo", "--insecure-policy", "inspect", "--config", "oci:/work/layout:image"], cancellation);
        await StepAsync("It could not be unpacked", folder, null, ["/bin/sh", "-c", UnpackScript], cancellation);
        return configuration;
    }

    // Credentials are in the working folder as long as skopeo runs: what unpacks the image, and the image, never see them.
    private async Task<byte[]> AskAsync(string failure, string folder, Place place, string[] command, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, ImageJail.CredentialsFile);
        string[] authentication = [];
        try
        {
            if (place.Host is { } host && await _credentials.OfAsync(host, cancellation) is { } credentials)
            {
                await WriteForOwnerAsync(file, credentials, cancellation);
                authentication = ["--authfile", $"/work/{ImageJail.CredentialsFile}"];
            }

            return await StepAsync(failure, folder, place, ["skopeo", "--insecure-policy", .. command, .. authentication], cancellation);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task WriteForOwnerAsync(string file, byte[] content, CancellationToken cancellation)
    {
        await using var written = new FileStream(
            file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await written.WriteAsync(content, cancellation);
    }

    /// <param name="place">What it reads beside the working folder; null for nothing.</param>
    private static async Task<byte[]> StepAsync(string failure, string folder, Place? place, string[] command, CancellationToken cancellation)
    {
        var done = await ImageJail.RunAsync(folder, place?.Folder, place is { Network: true }, cancellation, command);
        return done.ExitCode == 0 ? done.Output : throw ImageException.FromTool(failure, done.Error);
    }

    private Place PlaceOf(ImageSource source) => source switch
    {
        ImageSource.Registry registry => new Place($"docker://{registry.Address}", null, Allowed(registry), registry.IsLoopback && options.PlainLoopback),
        ImageSource.Layout layout => new Place(layout.Tag is null ? "oci:/source" : $"oci:/source:{layout.Tag}", FolderOf(layout), null, false),
        _ => throw new ArgumentException($"{source.GetType().Name} is no source of images."),
    };

    private string Allowed(ImageSource.Registry registry) => options.Registries is null || options.Registries.Contains(registry.Host)
        ? registry.Host
        : throw new ImageException(ImageException.AccessDenied, $"{registry.Host} is none of the registries that this node allows (its option --registries).");

    // With all links followed, on both sides: the allowed folder is a promise about what is read.
    private string FolderOf(ImageSource.Layout layout)
    {
        if (options.LayoutsDirectory is not { } allowed)
            throw new ImageException(ImageException.AccessDenied, "Layout folders are not allowed on this node (its option --images).");
        var folder = ImageTree.Resolve("/", layout.Path);
        if (folder is null && IsBelow(Path.GetFullPath(layout.Path), allowed))
            throw new ImageException(ImageException.Deleted, $"There is no folder {layout.Path}.");
        return folder is not null && IsBelow(folder, ImageTree.Resolve("/", allowed) ?? allowed)
            ? folder
            : throw new ImageException(ImageException.AccessDenied, $"{layout.Path} is not below the folder that this node allows (its option --images).");
    }

    private static bool IsBelow(string folder, string allowed) =>
        folder == allowed || folder.StartsWith(Path.TrimEndingDirectorySeparator(allowed) + "/", StringComparison.Ordinal);

    /// <param name="Name">As skopeo takes it, inside the jail.</param>
    /// <param name="Folder">The layout on this machine; null for a registry.</param>
    /// <param name="Host">The registry; null for a layout.</param>
    private sealed record Place(string Name, string? Folder, string? Host, bool IsPlain)
    {
        public bool Network => Host is not null;

        public string[] Plain(string option) => IsPlain ? [option] : [];
    }
}
