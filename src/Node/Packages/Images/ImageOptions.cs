namespace Hearth.Node.Packages.Images;

/// <summary>What the operator allows images to come from.</summary>
/// <param name="LayoutsDirectory">Layout folders below it may be named; null for none.</param>
/// <param name="Registries">The registries, <c>host[:port]</c>, that images may come from; null for any.</param>
/// <param name="PlainLoopback">Registries on loopback addresses may be spoken to without TLS.</param>
/// <param name="CredentialsFile">See <see cref="RegistryCredentials"/>; null for none.</param>
/// <param name="Unavailable">Why this node serves no images at all; null where it does.</param>
internal sealed record ImageOptions(
    string? LayoutsDirectory, IReadOnlySet<string>? Registries, bool PlainLoopback, string? CredentialsFile, string? Unavailable)
{
    private static readonly string[] Programs = ["skopeo", "umoci", "setpriv", "unshare"], Folders = ["/usr/bin", "/bin", "/usr/sbin", "/usr/local/bin"];

    /// <returns>Null, or a sentence that says which programs this machine lacks.</returns>
    public static string? MissingPrograms()
    {
        var missing = Programs.Where(program => !Folders.Any(folder => File.Exists(Path.Combine(folder, program)))).ToArray();
        return missing.Length == 0
            ? null
            : $"PackageType Image needs {string.Join(" and ", missing)}, not installed on this node (on Debian: apt-get install skopeo umoci).";
    }
}
