using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Deploying;

/// <summary>One entry of a package to be.</summary>
/// <param name="Name">From the folder's top, with <c>/</c> between names.</param>
/// <param name="Path">On this machine.</param>
/// <param name="LinkTarget">What a symlink holds; null for a file or an empty folder.</param>
internal sealed record PackageFile(string Name, string Path, bool IsFolder, string? LinkTarget);

/// <summary>Finds what of a folder goes into its package, always in the same order.</summary>
internal static class PackageFiles
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <exception cref="UsageException">A symlink leads out of the folder.</exception>
    public static IReadOnlyList<PackageFile> Of(string folder, IgnoreRules ignore)
    {
        List<PackageFile> files = [];
        Collect(new DirectoryInfo(folder), "", ignore, files);
        // By bytes, not by what a file system lists first: the same folder gives the same package on every machine.
        files.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return files;
    }

    private static void Collect(DirectoryInfo folder, string prefix, IgnoreRules ignore, List<PackageFile> files)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos("*", Everything))
        {
            var name = prefix + entry.Name;
            var isFolder = entry is DirectoryInfo && entry.LinkTarget is null;
            if (ignore.IsIgnored(name, isFolder)) continue;
            if (isFolder) CollectFolder((DirectoryInfo)entry, name, ignore, files);
            else files.Add(new PackageFile(name, entry.FullName, IsFolder: false, entry.LinkTarget is { } target ? Inside(name, target) : null));
        }
    }

    private static void CollectFolder(DirectoryInfo folder, string name, IgnoreRules ignore, List<PackageFile> files)
    {
        var before = files.Count;
        Collect(folder, name + "/", ignore, files);
        // A folder with files exists by their names; only an empty one needs an entry.
        if (files.Count == before) files.Add(new PackageFile(name + "/", folder.FullName, IsFolder: true, LinkTarget: null));
    }

    // The node refuses a package with such a link; here the message can still name it as the user knows it.
    private static string Inside(string name, string target)
    {
        var depth = name.Count(letter => letter == '/');
        foreach (var part in target.Split('/'))
        {
            depth += part switch { ".." => -1, "" or "." => 0, _ => 1 };
            if (depth < 0) break;
        }

        return depth < 0 || Path.IsPathRooted(target)
            ? throw new UsageException($"The link {name} leads out of the folder, to {target}: copy what it names into the folder, or list it in {IgnoreRules.FileName}.")
            : target;
    }
}
