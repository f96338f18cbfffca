using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Container.Launchers;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>hearth-sandbox alone, told what cannot be done: it names the step, and leaves no process and no mount.</summary>
[Collection("sandboxes")]
public sealed class OwnLauncherFailureTests : IDisposable
{
    private const string Missing = "/no/such/thing";

    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-launcher-").FullName;
    private readonly CgroupLayout _layout = CgroupLayout.Detect(CgroupLayout.DefaultRoot, out _)!;
    private readonly LauncherSettings _settings;
    private readonly NetworkNamespace _network = NetworkNamespace.Create();
    private readonly string _group = $"hearth-test-{Guid.NewGuid():N}";

    public OwnLauncherFailureTests()
    {
        _settings = new LauncherSettings(_layout, SeccompProgram.Compile(SeccompProfile.Rules, SystemCalls.AskedOf(OwnLauncher.DefaultProgram)));
        Libc.Check(Libc.ChangeMode(_folder, 0x1ed), "chmod");
        SandboxRoot.Create(Path.Combine(_folder, "root"));
        CgroupCreation.Create(_layout, _group, memoryMib: 128);
    }

    public void Dispose()
    {
        _network.Listener.Dispose();
        _network.Dispose();
        // Empty groups: were a process in one, this would fail.
        foreach (var group in _layout.Hierarchies.Select(tree => Path.Combine(tree, _group)))
            Directory.Delete(group);
        Assert.Empty(HostMounts.Below(_folder));
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("root", "open_tree /no/such/thing: No such file or directory.")]
    [InlineData("task", "open_tree /no/such/thing: No such file or directory.")]
    [InlineData("network", "open /no/such/thing: No such file or directory.")]
    [InlineData("cgroup", "No such file or directory.")]
    [InlineData("program", "execute /no/such/thing: No such file or directory.")]
    [InlineData("init", "move_mount init: Invalid argument.")]
    public async Task A_step_that_fails_is_named(string what, string sentence)
    {
        var settings = Settings() switch
        {
            var good when what == "root" => good with { Root = Missing },
            var good when what == "task" => good with { TaskDirectory = Missing },
            var good when what == "network" => good with { NetworkNamespace = Missing },
            var good when what == "cgroup" => good with { CgroupPath = "no/such/group" },
            var good when what == "init" => good with { InitProgram = "/usr" }, // A folder cannot lie over a file.
            var good => good with { Command = good.Command with { Arguments = [Missing] } },
        };
        var (status, text, _) = await RunAsync(_settings.Encode(settings, passed: 0));
        Assert.Equal(1, status.ExitCode);
        Assert.StartsWith("hearth-sandbox: ", text);
        Assert.EndsWith(sentence, text.TrimEnd());
        Assert.Single(text.Trim().Split('\n'));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(2000)]
    public async Task Settings_that_break_off_start_nothing(int bytes)
    {
        var (status, text, _) = await RunAsync(_settings.Encode(Settings(), passed: 0)[..bytes]);
        Assert.Equal(1, status.ExitCode);
        Assert.Equal("hearth-sandbox: the settings end before their end.", text.Trim());
    }

    [Fact]
    public async Task The_same_settings_unbroken_start_the_program()
    {
        var (status, _, answer) = await RunAsync(_settings.Encode(Settings(), passed: 0));
        Assert.Equal(0, status.ExitCode);
        Assert.Equal(new ProcessStatus(0, null), await ChildProcess.Watch(answer).Exited.WaitAsync(SandboxBench.Deadline));
    }

    [Fact]
    public void A_zero_in_a_variable_is_refused_before_it_can_end_the_record()
    {
        var good = Settings();
        var variables = new Dictionary<string, string> { ["A"] = "b\0PATH=c" };
        Assert.Throws<SandboxStartException>(() => _settings.Encode(good with { Command = good.Command with { Environment = variables } }, passed: 0));
    }

    private ContainerSettings Settings() => new(
        new SandboxCommand(["/usr/bin/true"], "/usr/bin/true", new Dictionary<string, string> { ["PATH"] = "/usr/bin" }), Path.Combine(_folder, "root"),
        _folder, false, _folder, _folder, null, null, _network.Path, _group, 200_000, 128, _layout.SwapIsCounted);

    private async Task<(ProcessStatus Status, string Text, int Answer)> RunAsync(byte[] settings)
    {
        Libc.Check(Libc.ProcessControl(36, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER");
        var pipe = OutputPipe.Create(Path.Combine(_folder, $"output-{Guid.NewGuid():N}"));
        var channel = LauncherChannel.Create();
        if (settings.Length > 0)
            channel.Send(settings);
        var launcher = ChildProcess.Watch(Spawn.Start(OwnLauncher.DefaultProgram, ["hearth-sandbox", _folder], [], "/", pipe.Path, fifth: channel.LauncherEnd));
        channel.CloseLauncherEnd();
        channel.FinishSending();
        var status = await launcher.Exited.WaitAsync(SandboxBench.Deadline);
        var (text, answer) = (pipe.TakeText(), status.ExitCode == 0 ? channel.ReadNumber() : 0);
        pipe.Close();
        channel.Dispose();
        return (status, text, answer);
    }
}
