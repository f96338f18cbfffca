using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Volumes;
using Hearth.Node.Workers.Drivers.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>What the container driver keeps, whichever launcher makes its containers.</summary>
public abstract class ContainerDriverTests(string launcher) : SandboxDriverSuite
{
    internal override ISandboxDriver CreateDriver(string dataDirectory) => new ContainerDriver(dataDirectory, launcher);

    internal override void AssertNothingIsLeft(string dataDirectory) => ContainerRemains.AssertNone(dataDirectory);

    internal override void AssertNothingRuns() => ContainerRemains.AssertNoneRuns(Bench.Data);

    [Fact]
    public async Task A_container_image_is_isolated_as_a_package_is_and_its_root_stays_as_it_was()
    {
        var root = Directory.CreateDirectory(Path.Combine(Bench.Data, "image")).FullName;
        foreach (var folder in (string[])["bin", "proc", "dev", "tmp", "sys/fs/cgroup", "srv"])
            Directory.CreateDirectory(Path.Combine(root, folder));
        File.Copy("/bin/busybox", Path.Combine(root, "bin/busybox"));
        const string program = """
            busybox sed -n -e '/^CapEff/p' -e '/^NoNewPrivs/p' -e '/^Seccomp:/p' /proc/self/status | busybox tr '\t\n' '  '
            busybox id -u; busybox pwd; busybox ip -o link | busybox cut -d: -f2
            (: > /written) 2> /dev/null || echo read-only
            busybox unshare -U busybox true 2> /dev/null || echo no namespace
            : > /tmp/x && echo scratch
            """;
        var output = new CollectingOutput();
        var spec = Bench.Spec("unused", "", output) with { Command = ["/bin/busybox", "sh", "-c", program], Image = new SandboxImage(root, "/srv") };
        spec = spec with { Environment = new Dictionary<string, string> { ["PATH"] = "/bin" } };
        var sandbox = await Bench.StartAsync(spec);
        await sandbox.Exited.WaitAsync(SandboxBench.Deadline);
        await sandbox.StopAsync(keepScratch: false);

        Assert.Equal(
            "CapEff: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 993\n/srv\n lo\nread-only\nno namespace\nscratch\n", output.Text);
        Assert.Equal(["bin", "dev", "proc", "srv", "sys", "tmp"], Directory.GetFileSystemEntries(root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, "dev")));
    }

    [Fact]
    public async Task A_run_directory_that_allows_no_programs_or_devices_will_do()
    {
        // As Debian mounts /run.
        const nuint noSetUserId = 2, noDevices = 4, noPrograms = 8;
        var run = Directory.CreateTempSubdirectory("hearth-run-").FullName;
        Libc.Check(Libc.ChangeMode(run, 0x1ed), "chmod");
        Libc.Check(Libc.Mount("test", run, "tmpfs", noSetUserId | noDevices | noPrograms, "mode=755"), "mount");
        try
        {
            var driver = new ContainerDriver(Bench.Data, launcher, run + "/hearth");
            var output = new CollectingOutput();
            var sandbox = await driver.StartAsync(Bench.Spec("sh", "echo '#!/bin/sh\necho ran' > /tmp/run; chmod +x /tmp/run; /tmp/run", output), default);
            await sandbox.Exited.WaitAsync(SandboxBench.Deadline);
            await sandbox.StopAsync(keepScratch: false);
            Assert.Equal("ran\n", output.Text);
            await driver.SweepAsync(default);
            Assert.Empty(Directory.GetFileSystemEntries(run));
        }
        finally
        {
            HostMounts.Unmount(run);
            Directory.Delete(run);
        }
    }

    [Fact]
    public async Task Starts_cancelled_at_any_moment_leave_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(i * 4));
            try
            {
                await (await Bench.StartAsync(Bench.Spec("sleep", "") with { Command = ["sleep", "600"] }, cancellation.Token)).StopAsync(keepScratch: false);
            }
            catch (OperationCanceledException)
            {
            }

            AssertNothingRuns();
        }
    }

    [Fact]
    public async Task Children_of_the_class_library_and_sandboxes_get_their_own_exits()
    {
        var sandboxes = Enumerable.Range(0, 10).Select(async i =>
        {
            var (exit, _) = await Bench.RunAsync("sh", $"exit {i + 10}");
            Assert.Equal(i + 10, exit.ExitCode);
        });
        var processes = Enumerable.Range(0, 40).Select(async i =>
        {
            using var process = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"exit {i + 1}"]);
            await process.WaitForExitAsync().WaitAsync(SandboxBench.Deadline);
            Assert.Equal(i + 1, process.ExitCode);
        });
        await Task.WhenAll([.. sandboxes, .. processes]);
    }

    [Theory]
    [InlineData("an empty group and files")]
    [InlineData("a mount over files")]
    [InlineData("a bundle without a container")]
    [InlineData("disks over files")]
    [InlineData("a disk's file")]
    public async Task A_sweep_removes_half_made_states(string state)
    {
        var instance = SandboxInstance.Of(Bench.Data);
        var home = $"/run/hearth/{instance}";
        Directory.CreateDirectory($"{home}/scratch/one");
        Directory.CreateDirectory($"{home}/sandboxes/one");
        if (state.StartsWith("an empty", StringComparison.Ordinal))
            foreach (var tree in CgroupLayout.Detect(CgroupLayout.DefaultRoot, out _)!.Hierarchies)
                Directory.CreateDirectory($"{tree}/hearth/{instance}/one/below");
        else if (state.StartsWith("a mount", StringComparison.Ordinal))
            for (var i = 0; i < 2; i++)
                new MemoryVolumes().Mount($"{home}/scratch/one", 512, 200_000);
        else if (state.StartsWith("disks", StringComparison.Ordinal))
            for (var i = 0; i < 2; i++)
                new DiskVolumes(Path.Combine(Bench.Data, "scratch"), NullLogger.Instance).Mount($"{home}/scratch/one", 512, 200_000);
        else if (state.StartsWith("a disk's", StringComparison.Ordinal))
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Bench.Data, "scratch")).FullName, "one"), "a node was killed here");
        else
            OutputPipe.Create($"{home}/sandboxes/one/output").Close();
        await Bench.Driver.SweepAsync(default);
        AssertNothingIsLeft(Bench.Data);
    }
}

[Collection("sandboxes")]
public sealed class OwnLauncherDriverTests() : ContainerDriverTests("own");

[Collection("sandboxes")]
public sealed class RuncDriverTests() : ContainerDriverTests("runc");
