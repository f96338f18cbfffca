using Hearth.Node.Tests.Support;
using Hearth.Node.Workers.Egress;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Workers.Egress;

public sealed class EgressSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-egress-").FullName;
    private readonly FakeTime _time = new();
    private readonly ListLog _log = new();

    private string FilePath => Path.Combine(_folder, "egress.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_that_need_not_exist_grants_nothing_until_it_does()
    {
        using var settings = Load();
        var changes = 0;
        settings.Changed += () => changes++;
        Assert.Null(settings.Current.GrantOf("f"));
        _time.Advance(EgressSettings.LookInterval);
        Assert.Equal(0, changes);

        File.WriteAllText(FilePath, """{"functions": {"f": "internet"}}""");
        _time.Advance(EgressSettings.LookInterval);
        Assert.NotNull(settings.Current.GrantOf("f"));
        Assert.Equal(1, changes);

        File.Delete(FilePath);
        _time.Advance(EgressSettings.LookInterval);
        Assert.Null(settings.Current.GrantOf("f"));
        Assert.Equal(2, changes);
    }

    [Fact]
    public void A_change_that_is_wrong_is_logged_and_what_held_before_still_holds()
    {
        File.WriteAllText(FilePath, """{"functions": {"f": "internet"}}""");
        using var settings = Load();
        File.WriteAllText(FilePath, """{"functions": {"f": "all of it"}}""");
        _time.Advance(EgressSettings.LookInterval);
        Assert.NotNull(settings.Current.GrantOf("f"));
        Assert.Contains(FilePath + " functions.\"f\" must be", Assert.Single(_log.Lines));

        File.WriteAllText(FilePath, "{}");
        _time.Advance(EgressSettings.LookInterval);
        Assert.Null(settings.Current.GrantOf("f"));
    }

    [Fact]
    public void A_replaced_target_behind_a_link_is_seen()
    {
        File.WriteAllText(Path.Combine(_folder, "one"), "{}");
        File.WriteAllText(Path.Combine(_folder, "two"), """{"functions": {"f": "internet"}}""");
        File.CreateSymbolicLink(FilePath, Path.Combine(_folder, "one"));
        using var settings = Load();
        File.CreateSymbolicLink(FilePath + ".new", Path.Combine(_folder, "two"));
        File.Move(FilePath + ".new", FilePath, overwrite: true);
        _time.Advance(EgressSettings.LookInterval);
        Assert.NotNull(settings.Current.GrantOf("f"));
    }

    [Fact]
    public void At_the_start_a_file_that_is_wrong_or_was_named_and_is_missing_is_an_error()
    {
        Assert.Contains("egress.json cannot be read", Assert.Throws<InvalidOperationException>(() => Load(mustExist: true)).Message);
        File.WriteAllText(FilePath, """{"functions": {"f": "all", "g": ["127.0.0.1"]}}""");
        var lines = Assert.Throws<InvalidOperationException>(() => Load()).Message.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.StartsWith(FilePath + " functions.", line));
    }

    private EgressSettings Load(bool mustExist = false) => EgressSettings.Load(FilePath, mustExist, _time, _log);

    private sealed class ListLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
