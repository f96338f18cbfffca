using System.Net.Sockets;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>What every sandbox driver keeps, whatever it isolates by.</summary>
public abstract class SandboxDriverSuite : IAsyncLifetime
{
    private SandboxBench? _bench;

    internal SandboxBench Bench => _bench!;

    internal abstract ISandboxDriver CreateDriver(string dataDirectory);

    /// <summary>Fails when anything of this data directory is left on the machine.</summary>
    internal abstract void AssertNothingIsLeft(string dataDirectory);

    public Task InitializeAsync()
    {
        _bench = new SandboxBench(CreateDriver);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Bench.RemoveAsync();
        AssertNothingIsLeft(Bench.Data);
    }

    [Fact]
    public async Task The_runtime_reaches_its_runtime_api()
    {
        var (exit, text) = await Bench.RunAsync("python3", """
            import os, urllib.request
            print(urllib.request.urlopen("http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/next").read().decode())
            """, spec => spec with { ServeRuntimeApi = SandboxBench.Answer("an event") });
        Assert.Equal("an event\n", text);
        Assert.Equal(new SandboxExit(0, null, false), exit);
    }

    [Fact]
    public async Task The_environment_the_folders_and_the_placeholders_are_as_specified()
    {
        File.WriteAllText(Path.Combine(Bench.RuntimeDirectory, "bootstrap"), """
            echo "$GREETING|$1|$2|$PWD|$LAMBDA_TASK_ROOT|$LAMBDA_RUNTIME_DIR"
            cat "$LAMBDA_TASK_ROOT/program"
            """);
        var (_, text) = await Bench.RunAsync("sh", "the package", spec => spec with { Command = ["/bin/sh", "{runtime}/bootstrap", "in {task}", "b c"] });
        var parts = text.Split('|', '\n');
        Assert.Equal(["hé llo", $"in {parts[4]}", "b c", parts[4]], parts[..4]);
        Assert.NotEqual(parts[4], parts[5]);
        Assert.EndsWith("the package", text);
    }

    [Fact]
    public async Task No_variable_of_the_node_reaches_the_runtime()
    {
        Environment.SetEnvironmentVariable("HEARTH_TEST_SECRET", "a secret of the node");
        var (_, text) = await Bench.RunAsync("sh", "env");
        Assert.Contains("GREETING=hé llo", text);
        Assert.DoesNotContain("HEARTH_TEST_SECRET", text);
    }

    [Fact]
    public async Task Standard_output_and_standard_error_keep_their_order()
    {
        var (_, text) = await Bench.RunAsync("sh", """
            i=0
            while [ $i -lt 200 ]; do echo "out $i"; echo "err $i" >&2; echo "dev $i" > /dev/stderr; i=$((i+1)); done
            """);
        Assert.Equal(string.Concat(Enumerable.Range(0, 200).Select(i => $"out {i}\nerr {i}\ndev {i}\n")), text);
    }

    [Fact]
    public async Task Draining_hands_over_all_that_was_written_before()
    {
        var output = new CollectingOutput();
        var told = new TaskCompletionSource<Socket>();
        var sandbox = await Bench.StartAsync(Bench.Spec("python3", """
            import os, time, urllib.request
            os.write(1, b"x" * 60000 + b"END")
            urllib.request.urlopen("http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/written").read()
            time.sleep(600)
            """, output) with
        {
            ServeRuntimeApi = listener => _ = Task.Run(async () => told.SetResult(await listener.AcceptAsync())),
        });

        // Kept open: a client that is hung up on would say so in its output.
        using var connection = await told.Task.WaitAsync(SandboxBench.Deadline);
        sandbox.DrainOutput();
        Assert.Equal(60_003, output.Text.Length);
        Assert.EndsWith("END", output.Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public async Task The_exit_code_is_reported(int code)
    {
        var (exit, _) = await Bench.RunAsync("sh", $"exit {code}");
        Assert.Equal(new SandboxExit(code, null, false), exit);
    }

    [Fact]
    public async Task The_signal_that_ended_the_runtime_is_reported()
    {
        var (exit, _) = await Bench.RunAsync("python3", "import ctypes; ctypes.string_at(0)");
        Assert.Equal(new SandboxExit(null, 11, false), exit);
        var (killed, _) = await Bench.RunAsync("sh", "kill -9 $$; exit 0");
        Assert.Equal(new SandboxExit(null, 9, false), killed);
        var (pretended, _) = await Bench.RunAsync("sh", "exit 137");
        Assert.Equal(new SandboxExit(137, null, false), pretended);
    }

    [Fact]
    public async Task All_output_has_been_handed_over_when_the_exit_is_reported()
    {
        for (var i = 0; i < 10; i++)
        {
            var output = new CollectingOutput();
            var sandbox = await Bench.StartAsync(Bench.Spec("sh", "printf '%050000d' 7", output));
            await sandbox.Exited.WaitAsync(SandboxBench.Deadline);
            Assert.Equal(50_000, output.Text.Length);
        }
    }

    [Fact]
    public async Task Stopping_kills_grandchildren_that_ignore_signals()
    {
        var marker = Guid.NewGuid().ToString("N");
        var output = new CollectingOutput();
        var sandbox = await Bench.StartAsync(Bench.Spec("sh", $"""
            trap '' TERM HUP INT
            (trap '' TERM HUP INT; setsid sh -c "trap '' TERM HUP INT; echo ready; sleep 600; : {marker}") &
            sh -c "trap '' TERM; sleep 600; : {marker}"
            """, output));
        await output.WaitForAsync("ready");
        Assert.NotEmpty(Machine.ProcessesWith(marker));
        await sandbox.StopAsync(keepScratch: false);
        Assert.Empty(Machine.ProcessesWith(marker));
        Assert.Equal(new SandboxExit(null, 9, false), await sandbox.Exited.WaitAsync(SandboxBench.Deadline));
    }

    [Fact]
    public async Task Stopping_twice_and_after_the_end_does_nothing_more()
    {
        var sandbox = await Bench.StartAsync(Bench.Spec("sh", "exit 4"));
        await sandbox.Exited.WaitAsync(SandboxBench.Deadline);
        await Task.WhenAll(sandbox.StopAsync(keepScratch: false), sandbox.StopAsync(keepScratch: false));
        await sandbox.StopAsync(keepScratch: false);
        sandbox.DrainOutput();
        sandbox.ApplyCpuShare();
        Assert.Equal(4, (await sandbox.Exited).ExitCode);
    }

    [Fact]
    public async Task Scratch_is_kept_for_the_same_environment_when_asked()
    {
        var id = SandboxBench.NewId();
        var sandbox = await Bench.StartAsync(Bench.Spec("sh", "echo kept > ${TMPDIR:-/tmp}/file", id: id));
        await sandbox.Exited.WaitAsync(SandboxBench.Deadline);
        await sandbox.StopAsync(keepScratch: true);

        var output = new CollectingOutput();
        var second = await Bench.StartAsync(Bench.Spec("sh", "cat ${TMPDIR:-/tmp}/file; echo more >> ${TMPDIR:-/tmp}/file; cat ${TMPDIR:-/tmp}/file", output, id));
        await second.Exited.WaitAsync(SandboxBench.Deadline);
        Assert.Equal("kept\nkept\nmore\n", output.Text);
        await sandbox.StopAsync(keepScratch: false); // The first no longer owns it.
        await second.StopAsync(keepScratch: false);

        var third = new CollectingOutput();
        await (await Bench.StartAsync(Bench.Spec("sh", "ls ${TMPDIR:-/tmp} | wc -l", third, id))).Exited.WaitAsync(SandboxBench.Deadline);
        Assert.Equal("0", third.Text.Trim());
    }

    [Fact]
    public async Task An_environment_has_one_sandbox_at_a_time()
    {
        var id = SandboxBench.NewId();
        var sandbox = await Bench.StartAsync(Bench.Spec("sleep", "", id: id) with { Command = ["sleep", "600"] });
        await Assert.ThrowsAsync<SandboxStartException>(() => Bench.StartAsync(Bench.Spec("sh", "exit 0", id: id)));
        Assert.False(sandbox.Exited.IsCompleted);
    }

    [Fact]
    public async Task Peak_memory_is_what_the_runtime_has_used()
    {
        var output = new CollectingOutput();
        var sandbox = await Bench.StartAsync(Bench.Spec("python3", """
            import time
            block = bytearray(60 << 20)
            for i in range(0, len(block), 4096): block[i] = 1
            del block
            print("allocated", flush=True)
            time.sleep(600)
            """, output));
        await output.WaitForAsync("allocated");
        Assert.InRange(sandbox.PeakMemoryBytes, 60 << 20, 120 << 20);
        Assert.False(sandbox.OutOfMemory);
    }

    [Theory]
    [InlineData("/no/such/program", "/no/such/program")]
    [InlineData("no-such-program", "no-such-program")]
    [InlineData("{task}/program", "program")] // A file, but not an executable one.
    public async Task A_start_that_fails_names_the_reason_and_leaves_nothing(string program, string named)
    {
        var spec = Bench.Spec("sh", "") with { Command = [program] };
        var failure = await Assert.ThrowsAsync<SandboxStartException>(() => Bench.StartAsync(spec));
        Assert.Contains(named, failure.Message);
        AssertNothingRuns();
        await Assert.ThrowsAsync<SandboxStartException>(() => Bench.StartAsync(spec)); // Not "still has a sandbox".
    }

    [Fact]
    public async Task An_executable_that_the_kernel_refuses_is_a_failed_start()
    {
        var spec = Bench.Spec("sh", "neither a script nor a program") with { Command = ["{task}/program"] };
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(spec.TaskDirectory, "program"), (UnixFileMode)0b111_101_101);
        var failure = await Assert.ThrowsAsync<SandboxStartException>(() => Bench.StartAsync(spec));
        Assert.Contains("xec format error", failure.Message);
        AssertNothingRuns();
    }

    [Fact]
    public async Task A_runtime_api_that_cannot_be_served_is_a_failed_start()
    {
        var spec = Bench.Spec("sh", "exit 0") with { ServeRuntimeApi = _ => throw new InvalidOperationException("no server today") };
        var failure = await Assert.ThrowsAsync<SandboxStartException>(() => Bench.StartAsync(spec));
        Assert.Contains("no server today", failure.Message);
        AssertNothingRuns();
    }

    [Fact]
    public async Task A_cancelled_start_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var spec = Bench.Spec("sleep", "") with { Command = ["sleep", "600"], ServeRuntimeApi = _ => cancellation.Cancel() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Bench.StartAsync(spec, cancellation.Token));
        AssertNothingRuns();
    }

    [Fact]
    public async Task A_sweep_removes_what_an_earlier_node_left()
    {
        var marker = Guid.NewGuid().ToString("N");
        var output = new CollectingOutput();
        for (var i = 0; i < 3; i++)
            await Bench.Driver.StartAsync(Bench.Spec("sh", $"(setsid sleep 600; : {marker}) & sh -c 'echo ready; sleep 600; : {marker}'", output), default);
        await output.WaitForAsync("ready");
        var successor = Bench.CreateSuccessor();
        await successor.SweepAsync(default);
        Assert.Empty(Machine.ProcessesWith(marker));
        AssertNothingIsLeft(Bench.Data);

        var again = await successor.StartAsync(Bench.Spec("sh", "exit 7"), default);
        Assert.Equal(7, (await again.Exited.WaitAsync(SandboxBench.Deadline)).ExitCode);
        await again.StopAsync(keepScratch: false);
    }

    [Fact]
    public async Task Twenty_sandboxes_start_side_by_side()
    {
        var outputs = Enumerable.Range(0, 20).Select(_ => new CollectingOutput()).ToArray();
        var sandboxes = await Task.WhenAll(outputs.Select((output, i) => Bench.StartAsync(Bench.Spec("python3", $"""
            import os, time, urllib.request
            print(urllib.request.urlopen("http://" + os.environ["AWS_LAMBDA_RUNTIME_API"]).read().decode(), "to {i}", flush=True)
            time.sleep(600)
            """, output) with { ServeRuntimeApi = SandboxBench.Answer($"answer {i}") })));
        for (var i = 0; i < outputs.Length; i++)
            Assert.Equal($"answer {i} to {i}\n", await outputs[i].WaitForAsync("\n"));
        await Task.WhenAll(sandboxes.Select(sandbox => sandbox.StopAsync(keepScratch: false)));
        AssertNothingRuns();
    }

    [Fact]
    public async Task An_endless_printer_does_not_hold_back_another_sandbox()
    {
        var endless = new CountingOutput();
        var printer = await Bench.Driver.StartAsync(Bench.Spec("yes", "") with { Command = ["yes"], Output = endless }, default);
        try
        {
            await endless.MoreThanAsync(8 << 20); // Past its burst: from here on it is held to a rate.
            var output = new CollectingOutput();
            await Bench.StartAsync(Bench.Spec("sh", "echo heard; sleep 600", output));
            await output.WaitForAsync("heard");
            printer.DrainOutput(); // Ends although the printer never does.
            Assert.False(printer.Exited.IsCompleted);
        }
        finally
        {
            await printer.StopAsync(keepScratch: false);
        }
    }

    /// <summary>Fails when the driver's data directory has a running sandbox, a mount or a control group.</summary>
    internal abstract void AssertNothingRuns();
}
