using Hearth.Contracts.Errors;

namespace Hearth.Node.Packages.Extraction;

/// <summary>
/// A zip that is refused, thrown from the depth of the reader and turned into a value at <see cref="PackageStore"/>:
/// it never leaves this folder.
/// </summary>
internal sealed class BadPackageException(RequestError error) : Exception(error.Message)
{
    private const string Failed = "Could not unzip uploaded file";

    public RequestError Error { get; } = error;

    /// <summary>Not a zip, or one whose structure does not hold together. AWS's words.</summary>
    public static BadPackageException NotAZip() => Invalid($"{Failed}. Please check your file, then try to upload again.");

    /// <summary>No bytes, or a zip without entries. AWS's words.</summary>
    public static BadPackageException Empty() => Invalid("Uploaded file must be a non-empty zip");

    /// <summary>AWS's words.</summary>
    public static BadPackageException Unzipped(long limitBytes) => Invalid($"Unzipped size must be smaller than {limitBytes} bytes");

    public static BadPackageException Zipped(long limitBytes) =>
        new(new RequestError(ErrorCode.RequestEntityTooLarge, $"Zipped size must be smaller than {limitBytes} bytes"));

    public static BadPackageException TooMany(int limit) => Invalid($"{Failed}: it has more than {limit} files and folders.");

    /// <summary>One entry breaks a rule. <paramref name="problem"/> completes a sentence that begins with the entry.</summary>
    public static BadPackageException Entry(string name, string problem) => Invalid($"{Failed}: entry '{name}' {problem}.");

    private static BadPackageException Invalid(string message) => new(RequestError.InvalidParameter(message));
}
