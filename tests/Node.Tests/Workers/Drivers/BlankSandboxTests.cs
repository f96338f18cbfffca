using Hearth.Contracts.Environments;
using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>Containers whose runtime waits for its function, and what they are once they have one.</summary>
public abstract class BlankSandboxTests(string launcher) : IAsyncLifetime
{
    // Runs the package's program in the process that waited.
    private const string Runtime = """
        import os
        before = sorted(os.listdir("/var/task"))
        os.write(1, b"\0")
        records = b""
        while data := os.read(4, 65536):
            records += data
        os.close(4)
        if not records:
            os._exit(0)
        variables = dict(record.split(b"=", 1) for record in records.split(b"\0")[:-1])
        os.environb.clear()
        os.environb.update(variables)
        os.chdir("/var/task")
        exec(open("program").read())
        """;

    private readonly SandboxBench _bench = new(data => new ContainerDriver(data, launcher));
    private readonly List<IBlankSandbox> _blanks = [];

    public Task InitializeAsync()
    {
        File.WriteAllText(Path.Combine(_bench.RuntimeDirectory, "blank.py"), Runtime);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var blank in _blanks)
            await blank.DiscardAsync();
        await _bench.RemoveAsync();
        ContainerRemains.AssertNone(_bench.Data);
    }

    [Fact]
    public async Task A_blank_sandbox_becomes_its_functions_with_package_variables_and_runtime_api()
    {
        var output = new CollectingOutput();
        var spec = Spec("""
            import urllib.request
            print(before, os.environ["GREETING"], os.getcwd(), sorted(os.listdir()), "HEARTH_ASSIGNMENT_FD" in os.environ)
            print(urllib.request.urlopen("http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/next").read().decode())
            """, output) with
        { ServeRuntimeApi = SandboxBench.Answer("an event") };
        var blank = await StartAsync();

        var exit = await blank.Assign(spec).Exited.WaitAsync(SandboxBench.Deadline);

        Assert.Equal("[] hé llo /var/task ['program'] False\nan event\n", output.Text);
        Assert.Equal(new SandboxExit(0, null, false), exit);
    }

    [Theory]
    [InlineData(128, 512)]
    [InlineData(1_024, 512)]
    [InlineData(3_008, 2_048)]
    public async Task A_blank_sandbox_gets_the_functions_limits(int memoryMib, int scratchMib)
    {
        var output = new CollectingOutput();
        var spec = Spec("""
            space = os.statvfs("/tmp")
            size, files = space.f_bavail * space.f_frsize / 2**20, space.f_favail
            print(1 <= size / SIZE < 1.01, 64 * SIZE - 16 <= files < 66 * SIZE, bool(space.f_flag & os.ST_NOSUID), bool(space.f_flag & os.ST_NODEV))
            open("/tmp/file", "w").write("own"); print(os.listdir("/tmp"), flush=True)
            import time; time.sleep(600)
            """.Replace("SIZE", $"{scratchMib}"), output) with
        { MemoryMib = memoryMib, EphemeralStorageMib = scratchMib };
        var layout = CgroupLayout.Detect(CgroupLayout.DefaultRoot, out _)!;
        var blank = await StartAsync();

        var sandbox = blank.Assign(spec);

        string Limit(string tree, string file) => File.ReadAllText(Path.Combine(tree, $"hearth/{SandboxInstance.Of(_bench.Data)}", BlankName(), file)).Trim();
        var bytes = ((long)memoryMib << 20).ToString();
        Assert.Equal(bytes, Limit(layout.Memory, layout.IsUnified ? "memory.max" : "memory.limit_in_bytes"));
        if (!layout.IsUnified && layout.SwapIsCounted)
            Assert.Equal(bytes, Limit(layout.Memory, "memory.memsw.limit_in_bytes"));
        var init = Math.Max(20_000, 20_000 * memoryMib / 1_769);
        Assert.StartsWith(init.ToString(), Limit(layout.Cpu, layout.IsUnified ? "cpu.max" : "cpu.cfs_quota_us"));
        await Support.Eventually.Holds(() => output.Text.Contains(']'), "the function prints");
        Assert.Equal("True True True True\n['file']\n", output.Text);
        sandbox.ApplyCpuShare();
        Assert.StartsWith((20_000 * memoryMib / 1_769).ToString(), Limit(layout.Cpu, layout.IsUnified ? "cpu.max" : "cpu.cfs_quota_us"));
    }

    [Fact]
    public async Task The_package_of_a_blank_sandbox_cannot_be_written_or_run_with_privileges()
    {
        var output = new CollectingOutput();
        var blank = await StartAsync();

        await blank.Assign(Spec("""
            mount = [line.split() for line in open("/proc/self/mountinfo") if line.split()[4] == "/var/task"][-1]
            print(sorted(set(mount[5].split(",")) & {"ro", "nosuid", "nodev"}))
            try:
                open("/var/task/new", "w")
            except OSError as error:
                print(error.strerror)
            """, output)).Exited.WaitAsync(SandboxBench.Deadline);

        Assert.Equal("['nodev', 'nosuid', 'ro']\nRead-only file system\n", output.Text);
    }

    [Fact]
    public async Task The_variables_are_in_no_file_of_the_machine()
    {
        var blank = await StartAsync();
        blank.Assign(Spec("import time; print('runs', flush=True); time.sleep(600)"));

        var home = $"/run/hearth/{SandboxInstance.Of(_bench.Data)}/sandboxes";
        // The FIFOs are no files: what is in them is gone when it has been read.
        var files = Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 0 || file.EndsWith("/status", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain("GREETING", File.ReadAllText(file)));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(600)]
    public async Task What_it_kept_in_tmp_is_there_for_the_environments_next_sandbox(int scratchMib)
    {
        var id = SandboxBench.NewId();
        var blank = await StartAsync();
        var first = blank.Assign(Spec("open('/tmp/kept', 'w').write('kept')", id: id) with { EphemeralStorageMib = scratchMib });
        await first.Exited.WaitAsync(SandboxBench.Deadline);
        await first.StopAsync(keepScratch: true);

        var (_, text) = await _bench.RunAsync("sh", "cat /tmp/kept; echo more >> /tmp/kept; cat /tmp/kept", spec => spec with { EnvironmentId = id, EphemeralStorageMib = scratchMib });

        Assert.Equal("keptkeptmore\n", text);
    }

    [Fact]
    public async Task An_environment_does_not_get_a_second_sandbox()
    {
        var id = SandboxBench.NewId();
        var (one, other) = (await StartAsync(), await StartAsync());
        one.Assign(Spec("import time; time.sleep(600)", id: id));

        Assert.Contains("still has a sandbox", Assert.Throws<SandboxStartException>(() => other.Assign(Spec("", id: id))).Message);
        await Assert.ThrowsAsync<SandboxStartException>(() => _bench.StartAsync(_bench.Spec("sh", "", id: id)));
    }

    [Fact]
    public async Task A_blank_sandbox_is_assigned_once_and_not_after_its_end()
    {
        var (one, ended) = (await StartAsync(), await StartAsync());
        one.Assign(Spec("import time; time.sleep(600)"));
        Assert.Throws<SandboxStartException>(() => one.Assign(Spec("")));

        await ended.DiscardAsync();
        Assert.True(ended.Exited.IsCompleted);
        Assert.Throws<SandboxStartException>(() => ended.Assign(Spec("")));
    }

    [Fact]
    public async Task A_runtime_that_ends_before_it_is_ready_is_a_failed_start_with_its_words()
    {
        File.WriteAllText(Path.Combine(_bench.RuntimeDirectory, "broken.py"), "raise SystemExit('no such module')");
        var failure = await Assert.ThrowsAsync<SandboxStartException>(() => StartAsync("broken.py"));
        Assert.Contains("no such module", failure.Message);
        ContainerRemains.AssertNoneRuns(_bench.Data);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_before_the_runtime_is_ready_leaves_nothing()
    {
        File.WriteAllText(Path.Combine(_bench.RuntimeDirectory, "slow.py"), "import time; time.sleep(600)");
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StartAsync("slow.py", cancellation.Token));
        ContainerRemains.AssertNoneRuns(_bench.Data);
    }

    [Fact]
    public async Task Blank_sandboxes_of_a_node_that_is_gone_are_swept()
    {
        await StartAsync();
        var assigned = await StartAsync();
        assigned.Assign(Spec("import time; time.sleep(600)"));

        await _bench.CreateSuccessor().SweepAsync(default);

        ContainerRemains.AssertNoneRuns(_bench.Data);
        await Task.WhenAll(_blanks.Select(blank => blank.Exited)).WaitAsync(SandboxBench.Deadline);
    }

    [Fact]
    public async Task Many_are_assigned_side_by_side()
    {
        const int Count = 12;
        var blanks = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => StartAsync()));
        var outputs = blanks.Select(_ => new CollectingOutput()).ToList();

        await Parallel.ForEachAsync(Enumerable.Range(0, Count), async (i, cancelled) =>
        {
            var sandbox = blanks[i].Assign(Spec($"print('function {i}', open('program').read().count('{i}'))", outputs[i]));
            await sandbox.Exited.WaitAsync(SandboxBench.Deadline, cancelled);
            await sandbox.StopAsync(keepScratch: false);
        });

        Assert.All(Enumerable.Range(0, Count), i => Assert.StartsWith($"function {i} ", outputs[i].Text));
    }

    private string BlankName() => Directory.GetDirectories($"/run/hearth/{SandboxInstance.Of(_bench.Data)}/sandboxes").Select(Path.GetFileName).Single()!;

    private SandboxSpec Spec(string program, CollectingOutput? output = null, EnvironmentId? id = null) => _bench.Spec("python3", program, output, id);

    private Task<IBlankSandbox> StartAsync(string program = "blank.py", CancellationToken cancellation = default) =>
        StartAsync(new BlankSpec(
            $"blank-{Guid.NewGuid():N}", ["/usr/bin/python3", "{runtime}/" + program], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            _bench.RuntimeDirectory, MemoryMib: 512), cancellation);

    private async Task<IBlankSandbox> StartAsync(BlankSpec spec, CancellationToken cancellation)
    {
        var blank = await ((ContainerDriver)_bench.Driver).Blanks!.StartBlankAsync(spec, cancellation);
        lock (_blanks)
            _blanks.Add(blank);
        return blank;
    }
}

[Collection("sandboxes")]
public sealed class OwnLauncherBlankTests() : BlankSandboxTests("own");

[Collection("sandboxes")]
public sealed class RuncBlankTests() : BlankSandboxTests("runc");
