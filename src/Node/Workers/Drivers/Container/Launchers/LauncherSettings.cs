using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>
/// Writes a container's settings as hearth-sandbox reads them: records, each a length of 32 bits in this machine's byte
/// order and texts that end with a zero, the record's name first (src/Launcher/settings.c).
/// </summary>
internal sealed class LauncherSettings
{
    private readonly CgroupLayout _layout;
    private readonly byte[] _common;

    /// <param name="filter">The seccomp filter's instructions.</param>
    public LauncherSettings(CgroupLayout layout, byte[] filter)
    {
        _layout = layout;
        _common = WriteCommon(filter);
    }

    /// <param name="passed">How many descriptors from 3 on the first process gets.</param>
    public byte[] Encode(ContainerSettings settings, int passed)
    {
        using var to = new MemoryStream();
        to.Write(_common);
        Write(to, "root", settings.Root);
        Write(to, "network", settings.NetworkNamespace);
        Write(to, "first-id", Text(settings.FirstId));
        Write(to, "passed", Text(passed));
        foreach (var tree in _layout.Hierarchies)
            Write(to, _layout.IsUnifiedTree(tree) ? "unified" : "cgroup", Path.Combine(tree, settings.CgroupPath));
        foreach (var bind in Confinement.Binds(settings))
            Write(to, "bind", Word(bind.Mode), bind.Source, bind.Target);
        foreach (var argument in Confinement.Arguments(settings))
            Write(to, "argument", argument);
        foreach (var variable in Variables(settings.Command.Environment))
            Write(to, "variable", $"{variable.Key}={variable.Value}");
        Write(to, "end");
        return to.ToArray();
    }

    private static string Word(BindMode mode) => mode switch
    {
        BindMode.Writable => "rw",
        BindMode.WritableSlave => "rw-slave",
        BindMode.Slave => "slave",
        _ => "ro",
    };

    // runc adds it too, from the root's passwd.
    private static Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> given)
    {
        var all = new Dictionary<string, string>(given);
        all.TryAdd("HOME", $"/home/{SandboxRoot.UserName}");
        return all;
    }

    private byte[] WriteCommon(byte[] filter)
    {
        using var to = new MemoryStream();
        Write(to, "hostname", Confinement.HostName);
        Write(to, "directory", SandboxRoot.TaskDirectory);
        Write(to, "oom-score", Text(Confinement.OutOfMemoryScore));
        Write(to, "id-count", Text(SubordinateIds.RangeSize));
        Write(to, "user", Text(SandboxRoot.UserId));
        Write(to, "group", Text(SandboxRoot.GroupId));
        Write(to, "limit", "nofile", Text(Confinement.MostOpenFiles));
        Write(to, "limit", "core", "0");
        Write(to, "limit", "memlock", Text(Confinement.MostLockedBytes));
        foreach (var path in Confinement.MaskedPaths)
            Write(to, "masked", path);
        foreach (var path in Confinement.ReadOnlyPaths)
            Write(to, "read-only", path);
        foreach (var mount in CgroupMount.Of(_layout))
            Write(to, "cgroup-mount", mount.Name, mount.Type, mount.Options);
        WriteRecord(to, [.. Encoding.UTF8.GetBytes("filter\0"), .. filter]);
        return to.ToArray();
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Write(MemoryStream to, params string[] fields)
    {
        // A zero would end the field early, and what follows it would be read as another.
        if (fields.FirstOrDefault(field => field.Contains('\0')) is { } split)
            throw new SandboxStartException($"\"{split.Replace("\0", "\\0")}\" contains a zero.");
        WriteRecord(to, Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => field + '\0'))));
    }

    private static void WriteRecord(MemoryStream to, byte[] record)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, record.Length);
        to.Write(length);
        to.Write(record);
    }
}
