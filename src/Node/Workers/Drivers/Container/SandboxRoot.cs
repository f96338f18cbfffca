using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// The read-only root that all containers of a node share: this machine's /usr, a small /etc of our own, and empty
/// folders where each container has its own mounts. Nothing of the machine's accounts, keys or settings is in it.
/// </summary>
internal static class SandboxRoot
{
    public const string TaskDirectory = "/var/task", RuntimeDirectory = "/var/runtime";
    public const int UserId = 993, GroupId = 990;
    public const string UserName = "sbx_user1051";

    /// <summary>The machine's top folders that a program needs; on a merged-/usr system all but the first are links.</summary>
    public static readonly string[] SystemFolders = ["usr", "bin", "lib", "lib32", "lib64", "libx32", "sbin"];

    private static readonly string[] MountPoints =
        ["proc", "dev", "tmp", "opt", "home", "sys/fs/cgroup", "var/task", "var/runtime", "var/tmp", "run"];

    // What programs under /usr look for in /etc and what says nothing about this machine.
    private static readonly string[] EtcPatterns =
    [
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "ca-certificates", "ca-certificates.conf", "mime.types",
        "services", "protocols", "debian_version", "os-release", "python3*", "java-*", "fonts",
    ];

    private static readonly Dictionary<string, string> EtcFiles = new()
    {
        ["passwd"] = $"root:x:0:0:root:/root:/usr/sbin/nologin\n{UserName}:x:{UserId}:{GroupId}::/home/{UserName}:/usr/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n",
        ["group"] = $"root:x:0:\n{UserName}:x:{GroupId}:\nnogroup:x:65534:\n",
        ["hosts"] = "127.0.0.1 localhost sandbox\n::1 localhost\n",
        ["hostname"] = "sandbox\n",
        ["nsswitch.conf"] = "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
        ["resolv.conf"] = "",
    };

    /// <summary>Where a container has <see cref="ContainerInit"/>.</summary>
    public const string InitProgram = "/init";

    /// <summary>Empty in the root; a function with egress has its own.</summary>
    public const string ResolvFile = "/etc/resolv.conf";

    /// <summary>Whether the root has this machine's file of that path.</summary>
    public static bool Has(string path) =>
        SystemFolders.Any(folder => path.StartsWith($"/{folder}/", StringComparison.Ordinal)) && !path.Contains("/../", StringComparison.Ordinal);

    /// <summary>Folders of the machine to bind where they are not links.</summary>
    public static IEnumerable<string> BoundFolders => SystemFolders.Select(folder => "/" + folder).Where(IsRealFolder);

    public static void Create(string root)
    {
        foreach (var folder in MountPoints)
            Directory.CreateDirectory(Path.Combine(root, folder));
        foreach (var folder in SystemFolders)
        {
            if (IsRealFolder("/" + folder))
                Directory.CreateDirectory(Path.Combine(root, folder));
            else if (new DirectoryInfo("/" + folder).LinkTarget is { } target)
                File.CreateSymbolicLink(Path.Combine(root, folder), target);
        }

        File.WriteAllBytes(root + InitProgram, []); // A place to mount it on.
        CreateEtc(Path.Combine(root, "etc"));
        OpenToAll(new DirectoryInfo(root));
        // runc leaves the mode of an existing mount point alone, whatever its mount options say.
        Libc.Check(Libc.ChangeMode(Path.Combine(root, "tmp"), 0x3ff), "chmod tmp");
    }

    // The node's umask may be 077, and the sandbox's users are strangers to this machine.
    private static void OpenToAll(DirectoryInfo folder)
    {
        Libc.Check(Libc.ChangeMode(folder.FullName, 0x1ed), $"chmod {folder}"); // rwxr-xr-x
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null))
        {
            if (entry is DirectoryInfo inner)
                OpenToAll(inner);
            else
                Libc.Check(Libc.ChangeMode(entry.FullName, 0x1a4), $"chmod {entry}"); // rw-r--r--
        }
    }

    private static void CreateEtc(string etc)
    {
        Directory.CreateDirectory(etc);
        foreach (var (name, content) in EtcFiles)
            File.WriteAllText(Path.Combine(etc, name), content);
        foreach (var entry in EtcPatterns.SelectMany(pattern => Directory.EnumerateFileSystemEntries("/etc", pattern)))
            Copy(entry, Path.Combine(etc, Path.GetFileName(entry)));
        // Not the whole of /etc/ssl: it holds private keys.
        Directory.CreateDirectory(Path.Combine(etc, "ssl"));
        foreach (var entry in (string[])["/etc/ssl/certs", "/etc/ssl/openssl.cnf"])
            Copy(entry, Path.Combine(etc, "ssl", Path.GetFileName(entry)));
        if (File.Exists("/etc/localtime"))
            File.Copy("/etc/localtime", Path.Combine(etc, "localtime")); // Its content: the link may lead anywhere.
    }

    private static void Copy(string from, string to)
    {
        var isFolder = Directory.Exists(from);
        if (new FileInfo(from).LinkTarget is { } target)
            File.CreateSymbolicLink(to, target);
        else if (isFolder)
        {
            Directory.CreateDirectory(to);
            foreach (var entry in Directory.EnumerateFileSystemEntries(from))
                Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
        }
        else if (File.Exists(from) && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(from) & UnixFileMode.OtherRead) != 0)
            File.Copy(from, to);
    }

    private static bool IsRealFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };
}
