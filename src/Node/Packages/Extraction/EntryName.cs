using System.Text;

namespace Hearth.Node.Packages.Extraction;

/// <summary>Turns an entry's name into the path it means inside the package: no empty part, no <c>.</c>, no slash at either end.</summary>
internal static class EntryName
{
    /// <summary>Linux's limit for one part of a path, in bytes.</summary>
    public const int MaxPartBytes = 255;

    /// <summary>Ours for a whole name, in bytes, so that it fits Linux's 4,096 below any data directory.</summary>
    public const int MaxBytes = 1_024;

    /// <summary>The path, or an empty one for the package's own root (<c>./</c>).</summary>
    /// <exception cref="BadPackageException">The name is empty, absolute, climbs, or could mean another path elsewhere.</exception>
    public static string Normalise(string name)
    {
        if (name.Length == 0)
            throw BadPackageException.Entry(name, "has no name");
        if (name[0] == '/')
            throw BadPackageException.Entry(name, "has an absolute name");
        if (name.Contains('\0'))
            throw BadPackageException.Entry(name.Replace("\0", "\\0", StringComparison.Ordinal), "has a NUL in its name");
        // A backslash is a folder to Windows and a letter to Linux: either reading would surprise somebody.
        if (name.Contains('\\'))
            throw BadPackageException.Entry(name, "has a backslash in its name; zip names use '/'");
        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
            throw BadPackageException.Entry(name, $"has a name of more than {MaxBytes} bytes");

        var parts = name.Split('/').Where(part => part.Length > 0 && part != ".").ToArray();
        if (Array.IndexOf(parts, "..") >= 0)
            throw BadPackageException.Entry(name, "has '..' in its name");
        if (Array.Exists(parts, part => Encoding.UTF8.GetByteCount(part) > MaxPartBytes))
            throw BadPackageException.Entry(name, $"has a part of more than {MaxPartBytes} bytes in its name");
        return string.Join('/', parts);
    }

    /// <summary>The folder that holds <paramref name="path"/>; empty for the root.</summary>
    public static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }
}
