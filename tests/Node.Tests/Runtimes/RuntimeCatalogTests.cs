using System.Collections.Concurrent;
using Hearth.Node.Runtimes;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Runtimes;

public sealed class RuntimeCatalogTests : IDisposable
{
    private const string Ruby = """
        {
          "family": "ruby",
          "identifiers": ["ruby{major}.{minor}"],
          "interpreters": ["ROOT/bin/ruby", "ROOT/bin/ruby#.#", "ROOT/lib/*/bin/ruby"],
          "version": { "arguments": ["--version"], "pattern": "ruby ([0-9.]+)" },
          "command": ["{interpreter}", "-S{major}", "{runtime}/bootstrap.rb", "{task}"],
          "environment": { "AWS_EXECUTION_ENV": "AWS_Lambda_{identifier}" }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly WarningList _warnings = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_interpreter_that_tells_its_version_gives_a_runtime_with_its_command_and_variables()
    {
        var program = Program("bin/ruby", "echo 'ruby 3.4.7 (2026)'");
        Manifest("ruby", Ruby);

        var runtime = Assert.Single((await LoadAsync()).All);

        Assert.Equal("ruby3.4", runtime.Identifier);
        Assert.Equal("ruby", runtime.Family);
        Assert.Equal(program, runtime.Interpreter);
        Assert.Equal("3.4.7", runtime.InterpreterVersion);
        Assert.Equal(Path.Combine(_folder.Path, "runtimes/ruby"), runtime.Directory);
        Assert.Equal([program, "-S3", "{runtime}/bootstrap.rb", "{task}"], runtime.Command);
        Assert.Equal("AWS_Lambda_ruby3.4", runtime.Environment["AWS_EXECUTION_ENV"]);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Patterns_find_programs_by_digits_and_by_folder_and_the_newest_is_listed_first()
    {
        Program("bin/ruby3.2", "echo ruby 3.2.9");
        Program("bin/ruby3.4-config", "echo ruby 9.9.9");
        Program("lib/ruby-3.10/bin/ruby", "echo ruby 3.10.1 >&2");
        Manifest("ruby", Ruby);

        Assert.Equal(["ruby3.10", "ruby3.2"], (await LoadAsync()).All.Select(runtime => runtime.Identifier));
    }

    [Fact]
    public async Task A_link_is_resolved_and_one_program_gives_one_runtime()
    {
        var program = Program("bin/ruby3.4", "echo ruby 3.4.7");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "bin/ruby"), "ruby3.4");
        Manifest("ruby", Ruby);

        Assert.Equal(program, Assert.Single((await LoadAsync()).All).Interpreter);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_link_to_a_programs_folder_is_resolved_too()
    {
        var program = Program("lib/ruby-3.4/bin/ruby", "echo ruby 3.4.7");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "lib/ruby-1"), "ruby-3.4");
        Manifest("ruby", Ruby);

        Assert.Equal(program, Assert.Single((await LoadAsync()).All).Interpreter);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Of_two_interpreters_for_one_identifier_the_one_named_first_is_taken()
    {
        var first = Program("bin/ruby", "echo ruby 3.4.1");
        Program("bin/ruby3.4", "echo ruby 3.4.7");
        Manifest("ruby", Ruby);

        Assert.Equal(first, Assert.Single((await LoadAsync()).All).Interpreter);
        Assert.Contains("ruby3.4", Assert.Single(_warnings));
    }

    [Fact]
    public async Task A_program_outside_the_interpreter_root_does_not_count()
    {
        using var elsewhere = new TemporaryFolder();
        var program = elsewhere.WriteProgram("ruby", "echo ruby 3.4.7");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "bin"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "bin/ruby"), program);
        Manifest("ruby", Ruby);

        Assert.Empty((await LoadAsync()).All);
    }

    [Theory]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("echo jruby", "finds no version")]
    [InlineData("exec sleep 600", "did not tell its version")]
    [InlineData("sleep 600 & sleep 600", "did not tell its version")]
    public async Task An_interpreter_whose_probe_fails_is_skipped_with_a_warning(string script, string reason)
    {
        Program("bin/ruby", script);
        Program("bin/ruby3.2", "echo ruby 3.2.9");
        Manifest("ruby", Ruby);

        // The deadline passes for the sleeping ones alone: the others have ended long before.
        var catalog = await LoadAsync(TimeSpan.FromSeconds(3));

        Assert.Equal("ruby3.2", Assert.Single(catalog.All).Identifier);
        Assert.Contains(reason, Assert.Single(_warnings));
    }

    [Fact]
    public async Task A_runtime_without_interpreters_needs_none()
    {
        Manifest("provided", """{ "family": "provided", "identifiers": ["provided.al2023", "provided"], "command": ["{task}/bootstrap"] }""");

        var catalog = await LoadAsync();

        Assert.Equal(["provided.al2023", "provided"], catalog.All.Select(runtime => runtime.Identifier));
        Assert.All(catalog.All, runtime => Assert.Null(runtime.Interpreter));
        Assert.Equal(["{task}/bootstrap"], catalog.All[0].Command);
        Assert.Empty(catalog.All[0].Environment);
    }

    [Theory]
    [InlineData("{", "manifest.json")]
    [InlineData("null", "null")]
    [InlineData("""{ "family": "ruby", "command": ["x"] }""", "identifiers")]
    [InlineData("""{ "family": "ruby", "identifiers": [], "command": ["x"] }""", "identifiers")]
    [InlineData("""{ "family": "ruby", "identifiers": null, "command": ["x"] }""", "identifiers")]
    [InlineData("""{ "family": "perl", "identifiers": ["ruby1"], "command": ["x"] }""", "family")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby{major}"], "command": ["x"] }""", "major")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby 1"], "command": ["x"] }""", "ruby 1")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["{interpreter}"] }""", "interpreter")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["{taks}/x"] }""", "taks")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": [] }""", "command")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "shell": true }""", "shell")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "requires": ["../x.jar"] }""", "requires")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "requires": [""] }""", "requires")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "requires": null }""", "requires")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "environment": { "A": "{task}" } }""", "environment.A")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "interpreters": ["/x"] }""", "version")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "interpreters": ["x"], "version": { "arguments": ["-v"], "pattern": "(.)" } }""", "absolute")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "interpreters": ["/x"], "version": { "arguments": ["-v"], "pattern": "(" } }""", "version.pattern")]
    [InlineData("""{ "family": "ruby", "identifiers": ["ruby1"], "command": ["x"], "interpreters": ["/x"], "version": { "arguments": [], "pattern": "(.)" } }""", "version.arguments")]
    public async Task A_broken_manifest_is_skipped_with_a_warning_that_names_file_and_member(string manifest, string member)
    {
        Manifest("ruby", manifest);
        Manifest("provided", """{ "family": "provided", "identifiers": ["provided"], "command": ["{task}/bootstrap"] }""");

        Assert.Equal("provided", Assert.Single((await LoadAsync()).All).Identifier);
        var warning = Assert.Single(_warnings);
        Assert.Contains("runtimes/ruby/manifest.json", warning);
        Assert.Contains(member, warning);
    }

    [Fact]
    public async Task A_runtime_is_offered_once_the_files_it_requires_are_there_and_until_then_left_out_without_a_warning()
    {
        Manifest("java", """{ "family": "java", "identifiers": ["java17"], "command": ["x"], "requires": ["a.jar", "b.so"] }""");
        _folder.Write("runtimes/java/a.jar", "");

        Assert.Empty((await LoadAsync()).All);
        _folder.Write("runtimes/java/b.so", "");
        Assert.Equal("java17", Assert.Single((await LoadAsync()).All).Identifier);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_folder_without_a_manifest_is_no_runtime()
    {
        _folder.Write("runtimes/notes/README", "");

        Assert.Empty((await LoadAsync()).All);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task The_runtimes_of_this_repository_load_without_a_warning_and_serve_provided()
    {
        var catalog = await RuntimeCatalog.LoadAsync(
            Repository.Runtimes, new RuntimeCatalogSettings { Logger = _warnings }, CancellationToken.None);

        Assert.Empty(_warnings);
        Assert.True(catalog.TryFind("provided.al2023", out var provided));
        Assert.Null(provided.Describe().Interpreter);
        // Debian 12 has the Ruby that AWS left out.
        var others = catalog.All.Where(runtime => runtime.Identifier != "ruby3.1");
        Assert.All(others, runtime => Assert.True(RuntimeCatalog.KnownToAws(runtime.Identifier), runtime.Identifier));
        Assert.False(catalog.TryFind("cobol1", out _));
    }

    [Theory]
    [InlineData("python3.12", true)]
    [InlineData("nodejs20.x", true)]
    [InlineData("java8.al2", true)]
    [InlineData("provided.al2023", true)]
    [InlineData("cobol1", false)]
    [InlineData("Python3.12", false)]
    [InlineData("", false)]
    public void What_AWS_knows_is_told_apart_from_what_nobody_knows(string identifier, bool known) =>
        Assert.Equal(known, RuntimeCatalog.KnownToAws(identifier));

    private string Program(string name, string script) => _folder.WriteProgram(name, script);

    private void Manifest(string family, string json) =>
        _folder.Write($"runtimes/{family}/manifest.json", json.Replace("ROOT", _folder.Path));

    private Task<RuntimeCatalog> LoadAsync(TimeSpan? deadline = null)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "runtimes"));
        var settings = new RuntimeCatalogSettings
        {
            InterpreterRoot = _folder.Path,
            ProbeDeadline = deadline ?? TimeSpan.FromSeconds(60),
            Logger = _warnings,
        };
        return RuntimeCatalog.LoadAsync(Path.Combine(_folder.Path, "runtimes"), settings, CancellationToken.None);
    }

    /// <summary>Collects the text of what is logged.</summary>
    private sealed class WarningList : ConcurrentQueue<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.InRange(logLevel, LogLevel.Information, LogLevel.Warning);
            if (logLevel == LogLevel.Warning)
                Enqueue(formatter(state, exception));
        }
    }
}
