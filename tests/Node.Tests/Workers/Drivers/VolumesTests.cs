using System.Collections.Concurrent;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Volumes;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>The file systems that become /tmp, and what a machine has that cannot have them on its disk.</summary>
[Collection("sandboxes")]
public sealed class VolumesTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("hearth-volumes-").FullName;
    private readonly ListLog _log = new();

    private string Folder => Path.Combine(_data, "scratch");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Theory]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1_024)]
    [InlineData(4_321)]
    [InlineData(10_240)]
    public void A_disk_has_the_size_that_was_asked_and_little_more_and_its_file_goes_with_its_mount(int sizeMib)
    {
        var disks = new DiskVolumes(Folder, _log);
        var place = Directory.CreateDirectory(Path.Combine(_data, "mounted")).FullName;

        disks.Mount(place, sizeMib, owner: 200_000);

        var space = new DriveInfo(place);
        Assert.Equal("ext4", space.DriveFormat);
        Assert.InRange(space.AvailableFreeSpace, (long)sizeMib << 20, ((long)sizeMib << 20) * 101 / 100);
        Assert.InRange(space.TotalSize, space.AvailableFreeSpace, ((long)sizeMib << 20) * 103 / 100);
        Assert.Empty(Directory.GetFileSystemEntries(place));
        Assert.Empty(Directory.GetFileSystemEntries(Folder)); // The file is open in the kernel, and has no name.
        Assert.Single(ContainerRemains.Disks(_data));
        HostMounts.Unmount(place);
        Assert.True(SpinWait.SpinUntil(() => ContainerRemains.Disks(_data).Count == 0, SandboxBench.Deadline));
        disks.Sweep();
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void Disks_made_side_by_side_are_each_their_own()
    {
        var disks = new DiskVolumes(Folder, _log);
        var places = Enumerable.Range(0, 24).Select(i => Directory.CreateDirectory(Path.Combine(_data, $"mounted-{i}")).FullName).ToList();

        Parallel.ForEach(places, place => disks.Mount(place, 512 + (places.IndexOf(place) % 3), owner: 0));

        Parallel.ForEach(places, place => File.WriteAllText(Path.Combine(place, "file"), place));
        Assert.All(places, place => Assert.Equal(place, File.ReadAllText(Path.Combine(place, "file"))));
        Assert.Equal(places.Count, ContainerRemains.Disks(_data).Count);
        Parallel.ForEach(places, HostMounts.Unmount);
        Assert.True(SpinWait.SpinUntil(() => ContainerRemains.Disks(_data).Count == 0, SandboxBench.Deadline));
    }

    [Fact]
    public void A_machine_that_can_has_disks_and_nothing_is_left_of_the_trial()
    {
        Assert.IsType<DiskVolumes>(VolumeChoice.Make(Folder, _log));
        Assert.Empty(_log);
        Assert.False(Directory.Exists(Folder));
        Assert.True(SpinWait.SpinUntil(() => ContainerRemains.Disks(_data).Count == 0, SandboxBench.Deadline));
    }

    [Fact]
    public async Task A_machine_that_cannot_have_disks_has_tmp_in_memory_and_the_log_says_so_once()
    {
        File.WriteAllText(Folder, "where the disks' files would be");
        var driver = new ContainerDriver(_data, log: _log);
        var bench = new SandboxBench(_ => driver);

        var (_, text) = await bench.RunAsync("python3", """
            print([line.split(" - ")[1].split()[0] for line in open("/proc/self/mountinfo") if line.split()[4] == "/tmp"])
            import os; print(os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize >> 20)
            """, spec => spec with { EphemeralStorageMib = 600 });
        await bench.RemoveAsync();

        Assert.Equal("['tmpfs']\n600\n", text);
        Assert.StartsWith("/tmp cannot be on the disk here, and so counts as a function's memory: ", Assert.Single(_log));
    }

    [Fact]
    public void A_shortage_of_space_is_said_once_until_it_is_over()
    {
        // A small file system for the disks' files, as an operator may mount one.
        new MemoryVolumes().Mount(Directory.CreateDirectory(Folder).FullName, sizeMib: 600, owner: 0);
        var place = Directory.CreateDirectory(Path.Combine(_data, "mounted")).FullName;
        try
        {
            var disks = new DiskVolumes(Folder, _log);
            disks.Mount(place, 512, owner: 0);
            Assert.Empty(_log);
            disks.Mount(place, 700, owner: 0);
            disks.Mount(place, 700, owner: 0);
            Assert.Contains("may take 700 MiB", Assert.Single(_log));
            HostMounts.Unmount(place);
            disks.Sweep(); // What is mounted on the folder stays.
            Assert.Equal("tmpfs", new DriveInfo(Folder).DriveFormat);
        }
        finally
        {
            HostMounts.Unmount(place);
            HostMounts.Unmount(Folder);
        }
    }

    private sealed class ListLog : ConcurrentQueue<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Enqueue(formatter(state, exception));
    }
}
