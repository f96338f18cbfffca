using System.Runtime.CompilerServices;
using System.Text.Json;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace Hearth.Node.Tests.Wire;

/// <summary>
/// What earlier versions have written is read: every message, event and snapshot, what goes over the data channel and what is in a table's
/// columns, each version's in <c>Recorded/VERSION</c>, a line each. A version is recorded when it is released:
/// <c>HEARTH_RECORD=VERSION dotnet test tests/Node.Tests --filter RecordedTests</c>. Its files are never changed after that.
/// </summary>
public sealed class RecordedTests : IDisposable
{
    private const string File = "written.txt";

    private readonly ActorSystem _system = ActorSystem.Create("recorded", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(ConfigurationFactory.Empty)));
    private readonly RecordedForms _forms;

    public RecordedTests() => _forms = new RecordedForms((ExtendedActorSystem)_system);

    public static TheoryData<string> Versions { get; } = Record();

    public void Dispose() => _system.Dispose();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_an_earlier_version_has_written_is_read_with_every_member(string version)
    {
        foreach (var (kind, text) in Read(version))
            AssertHolds(kind, text, await _forms.ReadAndWriteAsync(kind, text));
    }

    // It may be the one that reads, where one node of a cluster is upgraded and the others are not. The samples' values may differ.
    [Theory]
    [MemberData(nameof(Versions))]
    public void What_this_version_writes_has_every_member_that_an_earlier_one_knows(string version)
    {
        var written = _forms.Written().ToLookup(one => one.Kind, one => one.Text);
        foreach (var (kind, text) in Read(version))
            Assert.True(written[kind].Any(now => Holds(kind, text, now, valuesToo: false)), $"{version} writes '{kind}' as {text}, this version as {string.Join(" or ", written[kind])}");
    }

    [Fact]
    public void A_version_is_recorded() => Assert.NotEmpty(Versions);

    [Fact]
    public async Task This_version_reads_what_it_writes()
    {
        foreach (var (kind, text) in _forms.Written())
            AssertHolds(kind, text, await _forms.ReadAndWriteAsync(kind, text));
    }

    // In the static part, as the theory's data have to be there before its first test.
    private static TheoryData<string> Record()
    {
        if (Environment.GetEnvironmentVariable("HEARTH_RECORD") is { Length: > 0 } version)
        {
            using var tests = new RecordedTests();
            Directory.CreateDirectory(Path.Combine(Folder(), version));
            System.IO.File.WriteAllLines(Path.Combine(Folder(), version, File), tests._forms.Written().Select(one => $"{one.Kind}\t{one.Text}"));
        }

        return [.. Directory.GetDirectories(Folder()).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<(string Kind, string Text)> Read(string version) =>
        System.IO.File.ReadLines(Path.Combine(Folder(), version, File)).Select(line => line.Split('\t', 2)).Select(parts => (parts[0], parts[1]));

    private static void AssertHolds(string kind, string before, string now) =>
        Assert.True(Holds(kind, before, now, valuesToo: true), $"'{kind}' was written as\n{before}\nand has become\n{now}");

    private static bool Holds(string kind, string before, string now, bool valuesToo)
    {
        using var earlier = JsonDocument.Parse(RecordedForms.Readable(kind, before));
        using var later = JsonDocument.Parse(RecordedForms.Readable(kind, now));
        return Holds(earlier.RootElement, later.RootElement, valuesToo);
    }

    // Members are only added.
    private static bool Holds(JsonElement before, JsonElement now, bool valuesToo) => (before.ValueKind, now.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => before.EnumerateObject().All(member => now.TryGetProperty(member.Name, out var kept) && Holds(member.Value, kept, valuesToo)),
        (JsonValueKind.Array, JsonValueKind.Array) when valuesToo => before.GetArrayLength() == now.GetArrayLength() &&
            before.EnumerateArray().Zip(now.EnumerateArray()).All(pair => Holds(pair.Item1, pair.Item2, valuesToo)),
        (JsonValueKind.True or JsonValueKind.False, JsonValueKind.True or JsonValueKind.False) when !valuesToo => true,
        _ => valuesToo ? JsonElement.DeepEquals(before, now) : before.ValueKind == now.ValueKind,
    };

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "Recorded");
}
