using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Launchers;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>Both generations of control groups, on trees of plain files: a machine has only one of them.</summary>
public sealed class CgroupLayoutTests : IDisposable
{
    private const string Group = "hearth/0123abcd/environment";
    private readonly string _root = Directory.CreateTempSubdirectory("hearth-cgroups-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_unified_machine_has_one_tree_for_all()
    {
        Write("cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc\n");
        var layout = CgroupLayout.Detect(_root, out var missing)!;
        Assert.Null(missing);
        Assert.True(layout.IsUnified);
        Assert.Equal([_root], layout.Hierarchies);
        Assert.Equal((_root, _root, _root), (layout.Memory, layout.Pids, layout.Cpu));
    }

    [Fact]
    public void A_hybrid_machine_has_a_tree_for_each_controller_and_one_more()
    {
        Hybrid();
        var layout = CgroupLayout.Detect(_root, out var missing)!;
        Assert.Null(missing);
        Assert.False(layout.IsUnified);
        Assert.Equal(["cpu,cpuacct", "memory", "pids", "unified"], layout.Hierarchies.Select(Path.GetFileName));
        Assert.EndsWith("/cpu,cpuacct", layout.Cpu);
    }

    [Theory]
    [InlineData("cpuset cpu io pids", "memory")]
    [InlineData("memory cpu", "pids")]
    [InlineData("cpuset memory pids", "cpu")]
    public void A_missing_controller_is_named(string controllers, string expected)
    {
        Write("cgroup.controllers", controllers);
        Assert.Null(CgroupLayout.Detect(_root, out var missing));
        Assert.Equal(expected, missing);
    }

    [Fact]
    public void A_machine_without_control_groups_lacks_the_first_controller()
    {
        Assert.Null(CgroupLayout.Detect(Path.Combine(_root, "absent"), out var missing));
        Assert.Equal("memory", missing);
    }

    [Fact]
    public void Peak_out_of_memory_and_quota_on_a_unified_machine()
    {
        Write("cgroup.controllers", "cpu memory pids");
        Write($"{Group}/memory.peak", "73400320\n");
        Write($"{Group}/memory.current", "1\n");
        Write($"{Group}/memory.events", "low 0\nhigh 0\nmax 12\noom 3\noom_kill 0\noom_group_kill 0\n");
        using var cgroup = SandboxCgroup.Open(CgroupLayout.Detect(_root, out _)!, Group);
        Assert.Equal(73_400_320, cgroup.PeakMemoryBytes);
        Assert.False(cgroup.OutOfMemory); // "oom 3" counts attempts, not kills.
        Write($"{Group}/memory.events", "low 0\nhigh 0\nmax 12\noom 3\noom_kill 1\noom_group_kill 0\n");
        Assert.True(cgroup.OutOfMemory);

        Write($"{Group}/cpu.max", "max 100000");
        cgroup.SetQuota(1447);
        Assert.Equal("1447 20000", Read($"{Group}/cpu.max"));
    }

    [Fact]
    public void A_kernel_without_a_peak_gives_the_highest_value_that_was_read()
    {
        Write("cgroup.controllers", "cpu memory pids");
        Write($"{Group}/memory.current", "5000\n");
        using var cgroup = SandboxCgroup.Open(CgroupLayout.Detect(_root, out _)!, Group);
        Assert.Equal(5000, cgroup.PeakMemoryBytes);
        Write($"{Group}/memory.current", "4000\n");
        Assert.Equal(5000, cgroup.PeakMemoryBytes);
    }

    [Fact]
    public void Peak_out_of_memory_and_quota_on_a_hybrid_machine()
    {
        Hybrid();
        Write($"memory/{Group}/memory.max_usage_in_bytes", "4096\n");
        Write($"memory/{Group}/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        Write($"cpu,cpuacct/{Group}/cpu.cfs_quota_us", "20000");
        var cgroup = SandboxCgroup.Open(CgroupLayout.Detect(_root, out _)!, Group);
        cgroup.SetQuota(1447);
        cgroup.Dispose();
        Assert.Equal(4096, cgroup.PeakMemoryBytes); // After its files are closed, too.
        Assert.True(cgroup.OutOfMemory);
        Assert.Equal("1447", Read($"cpu,cpuacct/{Group}/cpu.cfs_quota_us"));
    }

    [Fact]
    public void A_group_that_is_gone_reads_as_nothing_and_takes_no_quota()
    {
        Write("cgroup.controllers", "cpu memory pids");
        using var cgroup = SandboxCgroup.Open(CgroupLayout.Detect(_root, out _)!, Group);
        cgroup.SetQuota(1447);
        Assert.Equal(0, cgroup.PeakMemoryBytes);
        Assert.False(cgroup.OutOfMemory);
    }

    [Fact]
    public void A_group_is_made_with_its_limits_on_a_unified_machine()
    {
        Write("cgroup.controllers", "cpuset cpu io memory pids\n");
        Write("cgroup.subtree_control", "cpu memory\n");
        Write("hearth/cgroup.subtree_control", "cpu memory pids\n");
        CgroupCreation.Create(CgroupLayout.Detect(_root, out _)!, Group, 1_769);
        Assert.Equal(
            ["+pids", "cpu memory pids\n", "+memory +pids +cpu"],
            ((string[])["", "hearth/", "hearth/0123abcd/"]).Select(folder => Read($"{folder}cgroup.subtree_control")));
        Assert.Equal(
            ["1854930944", "1024", "20000 20000", "39"],
            ((string[])["memory.max", "pids.max", "cpu.max", "cpu.weight"]).Select(file => Read($"{Group}/{file}")));
        Assert.False(File.Exists(Path.Combine(_root, Group, "cgroup.subtree_control"))); // A group with processes hands on nothing.
    }

    [Fact]
    public void A_group_is_made_with_its_limits_in_every_tree_of_a_hybrid_machine()
    {
        Hybrid();
        Write("devices/devices.list", "a *:* rwm\n");
        CgroupCreation.Create(CgroupLayout.Detect(_root, out _)!, Group, 512);
        Assert.Equal("536870912", Read($"memory/{Group}/memory.limit_in_bytes"));
        Assert.Equal("1024", Read($"pids/{Group}/pids.max"));
        Assert.Equal(
            ["20000", "20000", "296"],
            ((string[])["cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.shares"]).Select(file => Read($"cpu,cpuacct/{Group}/{file}")));
        Assert.Equal("a", Read($"devices/{Group}/devices.deny"));
        Assert.Empty(Directory.GetFiles(Path.Combine(_root, "unified", Group)));
    }

    [Theory]
    [InlineData("rw,memory", "memory")]
    [InlineData("rw,xattr,name=systemd", "name=systemd")]
    [InlineData("rw,cpu,cpuacct", "cpu,cpuacct")]
    [InlineData("rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd", "name=systemd")]
    public void A_version_1_tree_is_mounted_by_its_controllers_or_its_name(string listed, string options) =>
        Assert.Equal(options, CgroupMount.Controllers(listed));

    private void Hybrid()
    {
        foreach (var tree in (string[])["cpu,cpuacct", "memory", "pids", "unified"])
            Directory.CreateDirectory(Path.Combine(_root, tree));
        File.CreateSymbolicLink(Path.Combine(_root, "cpu"), "cpu,cpuacct");
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, path))!);
        File.WriteAllText(Path.Combine(_root, path), text);
    }

    private string Read(string path) => File.ReadAllText(Path.Combine(_root, path));
}
