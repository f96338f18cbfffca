using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Functions;
using Hearth.Node.Wire;

namespace Hearth.Node.Tests.Wire;

public sealed class WireTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("wire", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(ConfigurationFactory.Empty)));
    private readonly WireSerializer _serializer;

    public WireTests() => _serializer = new WireSerializer((ExtendedActorSystem)_system);

    public void Dispose() => _system.Dispose();

    [Fact]
    public void There_is_a_sample_of_every_wire_type() =>
        Assert.Equal(WireTypes.ByType.Keys.Select(type => type.Name).Order(), WireSamples.All.Select(sample => sample.GetType().Name).Distinct().Order());

    [Fact]
    public void Every_wire_type_comes_back_as_it_was_sent()
    {
        foreach (var sample in WireSamples.All)
        {
            var bytes = _serializer.ToBinary(sample);
            var read = _serializer.FromBinary(bytes, _serializer.Manifest(sample));
            Assert.Equal(sample.GetType(), read.GetType());

            // Records with lists compare those by reference: their bytes tell.
            Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(_serializer.ToBinary(read)));
            Assert.Equal(Members(sample), Members(read));
        }
    }

    [Fact]
    public void Every_event_every_message_to_a_function_and_every_message_beside_them_is_a_wire_type()
    {
        var messages = typeof(IFunctionMessage).Assembly.GetExportedTypes()
            .Where(type => type.Namespace is "Hearth.Contracts.Functions" or "Hearth.Contracts.Environments" or "Hearth.Contracts.Inspection" && type is { IsClass: true, IsAbstract: false });
        var events = typeof(IFunctionEvent).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IFunctionEvent)) && type.IsClass);
        Assert.Empty(messages.Except(Parts).Concat(events).Except(WireTypes.ByType.Keys).Select(type => type.Name));
    }

    [Fact]
    public void A_part_of_a_report_fits_the_largest_message_between_nodes()
    {
        var (id, worker) = (new EnvironmentId(Guid.NewGuid().ToString("N")), "255.255.255.255:65535");
        var lease = new Lease(id, worker, Guid.NewGuid().ToString(), FunctionReference.Latest, DateTimeOffset.MaxValue);
        var environment = new ReportedEnvironment(id, Guid.NewGuid().ToString(), DateTimeOffset.MaxValue, lease);
        var part = new EnvironmentsReported(new string('f', 64), worker, [.. Enumerable.Repeat(environment, EnvironmentsReported.PartSize)], 4, 5);
        Assert.InRange(_serializer.ToBinary(part).Length, 1, 128_000 - 8_192);
    }

    [Fact]
    public void Manifests_are_unique_and_short() => Assert.All(WireTypes.ByType, entry =>
    {
        Assert.Same(entry.Value, WireTypes.ByManifest[entry.Value.Manifest]);
        Assert.InRange(entry.Value.Manifest.Length, 2, 20);
    });

    [Fact]
    public void What_journals_hold_is_written_as_ever()
    {
        Assert.Equal(
            WireSamples.Persisted.Select(persisted => $"{persisted.Name}.json").Order(StringComparer.Ordinal),
            Directory.GetFiles(Golden).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        foreach (var (name, manifest, value) in WireSamples.Persisted)
        {
            Assert.Equal(ReadGolden(name), Encoding.UTF8.GetString(_serializer.ToBinary(value)));
            Assert.Equal(manifest, _serializer.Manifest(value));
        }
    }

    [Fact]
    public void What_journals_hold_is_read_as_ever()
    {
        foreach (var (name, manifest, value) in WireSamples.Persisted)
            Assert.Equal(Members(value), Members(_serializer.FromBinary(Encoding.UTF8.GetBytes(ReadGolden(name)), manifest)));
    }

    [Fact]
    public void There_is_a_golden_file_of_every_event_and_of_the_snapshot() => Assert.Equal(
        WireTypes.ByManifest.Keys.Where(manifest => manifest.StartsWith("fe:", StringComparison.Ordinal) || manifest == "fs").Order(StringComparer.Ordinal),
        WireSamples.Persisted.Select(persisted => persisted.Manifest).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_member_that_a_later_version_adds_is_passed_over()
    {
        var read = _serializer.FromBinary("""{"RevisionId":"r2","At":"2026-11-02T10:00:00+00:00","Colour":{"deep":[1]}}"""u8.ToArray(), "fe:settled");
        Assert.Equal("r2", Assert.IsType<FunctionSettled>(read).RevisionId);
    }

    [Theory]
    [InlineData("fe:unknown")]
    [InlineData("")]
    [InlineData("FE:CREATED")]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process")]
    public void A_manifest_that_is_not_listed_is_refused(string manifest) =>
        Assert.Throws<SerializationException>(() => _serializer.FromBinary("{}"u8.ToArray(), manifest));

    [Fact]
    public void A_type_that_is_not_listed_is_refused()
    {
        Assert.Throws<SerializationException>(() => _serializer.ToBinary("text"));
        Assert.Throws<SerializationException>(() => _serializer.Manifest(new object()));
    }

    [Fact]
    public void Null_is_no_message() =>
        Assert.Throws<SerializationException>(() => _serializer.FromBinary("null"u8.ToArray(), "fe:created"));

    [Fact]
    public void An_error_code_comes_back_as_the_catalogues_own_and_an_unknown_one_as_a_failure_of_the_service()
    {
        foreach (var code in ErrorCode.All)
        {
            var sent = new RequestRefused(new RequestError(code, "m"));
            Assert.Same(code, ((RequestRefused)_serializer.FromBinary(_serializer.ToBinary(sent), "fr:refused")).Error.Code);
        }

        var read = _serializer.FromBinary("""{"Error":{"Code":"NoSuchException","Message":"m"}}"""u8.ToArray(), "fr:refused");
        Assert.Equal(new RequestError(ErrorCode.Service, "m"), ((RequestRefused)read).Error);
    }

    /// <summary>Types of those namespaces that travel only inside others.</summary>
    private static readonly Type[] Parts =
    [
        typeof(FunctionSettings), typeof(FunctionSettingsPatch), typeof(CodeReference), typeof(Hearth.Contracts.Environments.Lease),
        typeof(Hearth.Contracts.Environments.EnvironmentSpec), typeof(Hearth.Contracts.Environments.ReportedEnvironment),
    ];

    private static string Golden => Path.Combine(Folder(), "Golden");

    // The file ends with a newline, the stored bytes do not.
    private static string ReadGolden(string name) => File.ReadAllText(Path.Combine(Golden, $"{name}.json")).TrimEnd('\n');

    private static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;

    /// <summary>All members, lists and dictionaries with their contents.</summary>
    private static string Members(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        DateTimeOffset time => time.ToString("O"),
        System.Collections.IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Members))}]",
        ErrorCode code => code.Name,
        _ when value.GetType().IsPrimitive || value.GetType().IsEnum => value.ToString()!,
        _ => $"{value.GetType().Name}({string.Join(", ", value.GetType().GetProperties()
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => $"{property.Name}={Members(property.GetValue(value))}"))})",
    };
}
