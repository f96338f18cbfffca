namespace Hearth.Node.Packages.Images;

/// <summary>An image that cannot be had or used.</summary>
/// <param name="code">AWS's state reason code. Source: API model, <c>StateReasonCode</c>.</param>
internal sealed class ImageException(string code, string message) : Exception(message)
{
    public const string InvalidImage = "InvalidImage", AccessDenied = "ImageAccessDenied", Deleted = "ImageDeleted", Internal = "InternalError";

    private const int MostCharacters = 300;

    private static readonly (string Part, string Code)[] Signs =
    [
        ("unauthorized", AccessDenied), ("authentication required", AccessDenied), ("access to the resource is denied", AccessDenied),
        ("requested access", AccessDenied), ("403 (Forbidden)", AccessDenied),
        ("manifest unknown", Deleted), ("name unknown", Deleted), ("blob unknown", Deleted), ("404 (Not Found)", Deleted),
        ("no descriptor found", Deleted), ("index.json", Deleted), ("more than one image in oci", Deleted),
        ("dial tcp", Internal), ("pinging container registry", Internal), ("i/o timeout", Internal), ("connection re", Internal),
        ("no space left", Internal), ("unshare:", Internal), ("mount:", Internal), ("setpriv:", Internal), ("chroot:", Internal),
    ];

    public string Code => code;

    public static ImageException Invalid(string message) => new(InvalidImage, message);

    /// <summary>What skopeo or umoci said, read for what it means: they have one exit code for everything.</summary>
    public static ImageException FromTool(string what, string said)
    {
        var found = Signs.FirstOrDefault(sign => said.Contains(sign.Part, StringComparison.Ordinal));
        return new ImageException(found.Code ?? InvalidImage, $"{what}: {Shortened(said)}");
    }

    // The last line is the error; before it are warnings.
    private static string Shortened(string said)
    {
        var line = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "no reason was given";
        var text = line.IndexOf("msg=", StringComparison.Ordinal) is var at and >= 0 ? line[(at + 4)..] : line;
        text = new string([.. text.Where(character => !char.IsControl(character))]).Replace("\\\"", "\"").Trim('"');
        return text.Length <= MostCharacters ? text : text[..MostCharacters] + "…";
    }
}
