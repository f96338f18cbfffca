using Hearth.Contracts.Environments;
using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Drivers.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.Workers.Drivers;

public sealed class SandboxDriversTests
{
    [Fact]
    public void Automatic_means_containers_where_they_can_run()
    {
        Assert.Null(ContainerDriver.Probe());
        Assert.Equal("container", SandboxDrivers.Choose("auto", "auto", "/tmp/none", NullLoggerFactory.Instance).Name);
        Assert.Equal("container", SandboxDrivers.Choose("container", "auto", "/tmp/none", NullLoggerFactory.Instance).Name);
    }

    [Fact]
    public void Plain_processes_come_with_a_warning()
    {
        var messages = new List<string>();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new ListProvider(messages)));
        Assert.Equal("process", SandboxDrivers.Choose("process", "auto", "/tmp/none", loggers).Name);
        Assert.Contains("nothing isolates them", Assert.Single(messages));
    }

    [Fact]
    public void Another_word_is_refused_with_those_that_exist()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => SandboxDrivers.Choose("docker", "auto", "/tmp/none", NullLoggerFactory.Instance));
        Assert.Contains("container, process, auto", failure.Message);
    }

    [Theory]
    [InlineData("auto", "own")]
    [InlineData("own", "own")]
    [InlineData("runc", "runc")]
    public void The_launcher_is_the_one_asked_for_and_ours_by_default(string word, string launcher) =>
        Assert.Equal(launcher, Assert.IsType<ContainerDriver>(SandboxDrivers.Choose("container", word, "/tmp/none", NullLoggerFactory.Instance)).LauncherName);

    [Fact]
    public void A_launcher_of_another_name_is_refused_with_those_that_exist()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => SandboxDrivers.Choose("container", "crun", "/tmp/none", NullLoggerFactory.Instance));
        Assert.Contains("own, runc, auto", failure.Message);
    }

    [Fact]
    public void An_instance_is_its_data_directory_however_it_is_written()
    {
        Assert.Matches("^[0-9a-f]{8}$", SandboxInstance.Of("/srv/hearth"));
        Assert.Equal(SandboxInstance.Of("/srv/hearth"), SandboxInstance.Of("/srv/x/../hearth/"));
        Assert.NotEqual(SandboxInstance.Of("/srv/hearth"), SandboxInstance.Of("/srv/hearth2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../other")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void An_identity_that_cannot_be_a_folder_is_refused(string id) =>
        Assert.Throws<SandboxStartException>(() => SandboxInstance.NameOf(new EnvironmentId(id)));

    [Fact]
    public void Ranges_of_ids_never_overlap_and_are_given_again()
    {
        var ids = new SubordinateIds("ffffffff");
        var taken = Enumerable.Range(0, 2_000).Select(_ => ids.Take()).ToArray();
        Assert.Equal(2_000, taken.Distinct().Count());
        Assert.All(taken, first => Assert.True(first >= 200_000 && (first - 200_000) % 65_536 == 0 && first + 65_535L < uint.MaxValue));
        ids.Return(taken[7]);
        Assert.Equal(taken[7], ids.Take());
        Assert.NotEqual(new SubordinateIds("00000000").Take(), new SubordinateIds("00001000").Take());
    }

    [Fact]
    public void What_the_kernel_would_refuse_to_execute_is_known_before()
    {
        Assert.Null(ProgramFile.Refusal("/bin/sh"));
        Assert.Equal("permission denied", ProgramFile.Refusal("/etc/passwd"));
        var file = Path.GetTempFileName();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        Assert.Equal("exec format error", ProgramFile.Refusal(file));
        File.WriteAllBytes(file, [0x7f, (byte)'E', (byte)'L', (byte)'F', .. new byte[14], 8, 0]); // A program for MIPS.
        Assert.Equal("exec format error", ProgramFile.Refusal(file));
        File.WriteAllText(file, "#!/bin/sh");
        Assert.Null(ProgramFile.Refusal(file));
        File.Delete(file);
    }

    private sealed class ListProvider(List<string> messages) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            messages.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
