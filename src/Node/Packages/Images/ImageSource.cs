using System.Net;
using System.Text.RegularExpressions;

namespace Hearth.Node.Packages.Images;

/// <summary>
/// Where a container image comes from, read from an <c>ImageUri</c>: <c>oci:/path[:tag]</c>, or
/// <c>host[:port]/name[:tag]</c> or <c>host[:port]/name@sha256:…</c>.
/// </summary>
internal abstract partial record ImageSource
{
    private ImageSource()
    {
    }

    /// <summary>The image by a digest, 64 hexadecimal digits, in place of its tag.</summary>
    public abstract string Resolved(string digest);

    /// <returns>Null where the text names no image.</returns>
    public static ImageSource? Parse(string uri)
    {
        if (uri.Length > MostCharacters)
            return null;
        if (LayoutShape().Match(uri) is { Success: true } layout)
            return new Layout(layout.Groups["path"].Value, Given(layout, "tag"));
        return RegistryShape().Match(uri) is { Success: true } image && IsHost(image.Groups["host"].Value)
            ? new Registry(image.Groups["host"].Value, image.Groups["name"].Value, Given(image, "tag"), Given(image, "digest"))
            : null;
    }

    // Without a dot, a port or a known word the first part is a name, which would have to be looked for in some
    // registry that the caller has not named.
    private static bool IsHost(string text) => text == "localhost" || text.Contains('.') || text.Contains(':');

    private static string? Given(Match match, string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;

    private const int MostCharacters = 1_024;

    // A colon in the path would be read as the start of the tag.
    [GeneratedRegex(@"^oci:(?<path>/[^:@\p{Cc}]*)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?\z")]
    private static partial Regex LayoutShape();

    [GeneratedRegex(@"^(?<host>(\[[0-9a-fA-F:]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?)/(?<name>[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@sha256:(?<digest>[0-9a-f]{64}))?\z")]
    private static partial Regex RegistryShape();

    /// <summary>A folder in the OCI image layout on this machine.</summary>
    /// <param name="Path">Absolute, as given.</param>
    /// <param name="Tag">Null for the one image that the layout holds.</param>
    public sealed record Layout(string Path, string? Tag) : ImageSource
    {
        public override string Resolved(string digest) => $"oci:{Path}@sha256:{digest}";
    }

    /// <summary>An image in a registry.</summary>
    /// <param name="Digest">64 hexadecimal digits; where it is given, the tag says nothing.</param>
    public sealed record Registry(string Host, string Name, string? Tag, string? Digest) : ImageSource
    {
        public string Address => Digest is null ? $"{Host}/{Name}:{Tag ?? "latest"}" : Resolved(Digest);

        /// <summary>Whether the registry is on this machine, so that nothing said to it can be overheard.</summary>
        public bool IsLoopback
        {
            get
            {
                var host = PortShape().Replace(Host, "");
                return host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
            }
        }

        public override string Resolved(string digest) => $"{Host}/{Name}@sha256:{digest}";
    }

    [GeneratedRegex(@":[0-9]{1,5}\z")]
    private static partial Regex PortShape();
}
