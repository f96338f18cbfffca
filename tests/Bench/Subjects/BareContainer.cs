using System.Text.Json;
using Bench.Measuring;

namespace Bench.Subjects;

/// <summary>
/// <c>runc run</c> of /bin/true with next to no settings: the least that a runc container costs. The machine's own /usr
/// is the file system, the namespaces are those of a container. Needs root.
/// </summary>
internal sealed class BareContainer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-bench-runc-").FullName;
    private int _started;

    public BareContainer()
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, "rootfs")).FullName;
        foreach (var name in (string[])["usr", "proc"])
            Directory.CreateDirectory(Path.Combine(root, name));
        foreach (var name in (string[])["bin", "lib", "lib64"])
            File.CreateSymbolicLink(Path.Combine(root, name), $"usr/{name}");
        File.WriteAllText(Path.Combine(_folder, "config.json"), JsonSerializer.Serialize(Configuration()));
    }

    /// <summary>Milliseconds of one run, from before runc's start to its end.</summary>
    public Task<double> TimeAsync(CancellationToken cancellation)
    {
        var id = $"hearth-bench-{Environment.ProcessId}-{_started++}";
        return Programs.TimeAsync("runc", ["--root", Path.Combine(_folder, "state"), "run", "--bundle", _folder, id], cancellation);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static object Configuration() => new
    {
        ociVersion = "1.0.2",
        process = new
        {
            user = new { uid = 0, gid = 0 },
            args = (string[])["/bin/true"],
            env = (string[])["PATH=/usr/bin"],
            cwd = "/",
        },
        root = new { path = "rootfs", @readonly = true },
        mounts = (object[])
        [
            new { destination = "/proc", type = "proc", source = "proc" },
            new { destination = "/usr", type = "bind", source = "/usr", options = (string[])["bind", "ro"] },
        ],
        linux = new
        {
            // Straight below each tree's root, so that runc leaves no parent behind.
            cgroupsPath = $"/hearth-bench-{Environment.ProcessId}",
            namespaces = ((string[])["pid", "mount", "ipc", "uts", "network"]).Select(type => new { type }).ToArray(),
        },
    };
}
