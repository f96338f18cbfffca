using System.Text;
using Hearth.Node.Packages.Images;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers.Drivers;

namespace Hearth.Node.Tests.Packages.Images;

/// <summary>What a program that reads strangers' images can do, and that it ends. Needs root, as images do.</summary>
public sealed class ImageJailTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-image-jail-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [RootFact]
    public async Task It_sees_its_folders_and_the_machines_programs_alone()
    {
        Assert.Equal("bin dev etc lib lib64 sbin source tmp usr work", await SayAsync("ls / | grep -v -e lib32 -e libx32 | tr '\\n' ' '"));
        Assert.Equal("no no", await SayAsync("for file in /etc/shadow /proc/1; do if [ -e $file ]; then echo -n 'yes '; else echo -n 'no '; fi; done"));
        Assert.Equal("199999 199999", await SayAsync("echo $(id -u) $(id -G)"));
        Assert.Equal("lo", await SayAsync("ls /usr/bin/ip > /dev/null && ip -o link | sed 's/^[0-9]*: \\([a-z0-9]*\\):.*/\\1/' | tr '\\n' ' '"));
    }

    [RootFact]
    public async Task It_writes_to_its_own_folder_alone()
    {
        Assert.Equal("denied denied denied made", await SayAsync("""
            for file in /x /usr/x /tmp/x /work/x; do if (: > $file) 2> /dev/null; then echo -n 'made '; else echo -n 'denied '; fi; done
            """));
        Assert.True(File.Exists(Path.Combine(_folder, "x")));
    }

    [RootFact]
    public async Task It_may_neither_mount_nor_make_devices_nor_leave_its_root()
    {
        Assert.Equal("3", await SayAsync("""
            failed=0
            mount -t tmpfs none /work 2> /dev/null || failed=$((failed + 1))
            mknod /work/null c 1 3 2> /dev/null || failed=$((failed + 1))
            chroot /usr /bin/true 2> /dev/null || failed=$((failed + 1))
            echo $failed
            """));
    }

    [RootFact]
    public async Task A_layout_is_read_as_its_owner_without_his_powers()
    {
        var source = Directory.CreateDirectory(Path.Combine(_folder, "source")).FullName;
        var work = Directory.CreateDirectory(Path.Combine(_folder, "work")).FullName;
        await File.WriteAllTextAsync(Path.Combine(source, "index.json"), "private");
        File.SetUnixFileMode(Path.Combine(source, "index.json"), UnixFileMode.UserRead);
        var read = await ImageJail.RunAsync(
            work, source, false, default, "/bin/sh", "-c", "id -u; cat /source/index.json; chown 5 /work/layout 2> /dev/null || echo ' powerless'; (: > /source/x) 2> /dev/null || echo read-only");
        Assert.Equal("0\nprivate powerless\nread-only\n", Encoding.UTF8.GetString(read.Output));
    }

    [RootFact]
    public async Task Cancelled_it_is_killed_with_all_it_started_and_leaves_no_zombie()
    {
        using var cancellation = new CancellationTokenSource();
        var mark = $"7{Environment.ProcessId}{Environment.TickCount}";
        var running = ImageJail.RunAsync(_folder, null, false, cancellation.Token, "/bin/sh", "-c", $"sleep {mark} & sleep {mark}");
        Assert.True(SpinWait.SpinUntil(() => Machine.ProcessesWith($"sleep\0{mark}").Count >= 2, SandboxBench.Deadline));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(Machine.ProcessesWith($"sleep\0{mark}"));
        Machine.AssertNoZombies();
    }

    [RootFact]
    public async Task A_folder_that_grows_beyond_the_bounds_ends_it()
    {
        var refused = await Assert.ThrowsAsync<ImageException>(() => ImageJail.RunAsync(
            _folder, null, false, default, "/bin/sh", "-c", "for name in 1 2; do truncate -s 10737418240 /work/$name; done; sleep 600"));
        Assert.Equal("The image is larger than 10737418240 bytes.", refused.Message);
    }

    [RootFact]
    public async Task Output_is_read_to_a_bound_and_the_rest_dropped()
    {
        var read = await ImageJail.RunAsync(_folder, null, false, default, "/bin/sh", "-c", "head -c 9000000 /bin/busybox /usr/bin/* 2> /dev/null | head -c 9000000; exit 3");
        Assert.Equal((3, 4 << 20), (read.ExitCode, read.Output.Length));
    }

    private async Task<string> SayAsync(string script)
    {
        var said = await ImageJail.RunAsync(_folder, null, false, default, "/bin/sh", "-c", script);
        Assert.Equal("", said.Error);
        return Encoding.UTF8.GetString(said.Output).Trim();
    }
}
