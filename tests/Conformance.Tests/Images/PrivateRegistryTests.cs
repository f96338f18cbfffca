using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Images;

/// <summary>Images of a registry with TLS and a password, on a node whose operator names it and gives the credentials.</summary>
[NeedsRoot]
public sealed class PrivateRegistryTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-private-").FullName;
    private Registry? _registry;
    private Layout? _layout;

    private string Uri => $"{_registry!.Host}/team/app:v1";

    private string Credentials => Path.Combine(_folder, "credentials.json");

    public async Task InitializeAsync()
    {
        if (NeedsRootAttribute.Missing)
            return;
        _layout = await Layout.CreateAsync(Path.Combine(_folder, "layout"));
        _registry = await Registry.StartAsync(_folder, guarded: true);
        await _registry.PushAsync(_layout, "one", "team/app:v1");
    }

    public async Task DisposeAsync()
    {
        if (_registry is not null)
            await _registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SuiteFact]
    public async Task Credentials_open_a_registry_from_the_moment_they_are_right()
    {
        WriteCredentials(_registry!.Host, "wrong");
        await using var node = await Node.StartAsync("container", "--registry-credentials", Credentials);
        Assert.Contains("does not have permission to access the image", (await CreateAsync(node)).AssertRefused(403, "AccessDeniedException"));

        WriteCredentials(_registry.Host, Registry.Password);
        var created = await node.Client.CreateFunctionAsync(ImageNode.Request(Uri));
        await node.Client.WaitUntilActiveAsync(created.FunctionName);
        var said = (await new TestFunction(node, created.FunctionName).InvokeAsync()).AssertSucceeded().Json;
        Assert.Equal("one", said.GetProperty("version").GetString());

        Assert.DoesNotContain(
            Directory.EnumerateFiles(node.Data, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }),
            file => Path.GetFileName(file) == "credentials.json");
    }

    [SuiteFact]
    public async Task Credentials_of_one_registry_are_not_said_to_another()
    {
        WriteCredentials("registry.example.com", Registry.Password);
        await using var node = await Node.StartAsync("container", "--registry-credentials", Credentials);
        (await CreateAsync(node)).AssertRefused(403, "AccessDeniedException");
    }

    [SuiteFact]
    public async Task A_registry_that_the_operator_does_not_name_is_not_asked()
    {
        await using var node = await Node.StartAsync("container", "--registries", "registry.example.com,registry.example.com:5000");
        Assert.Contains("none of the registries that this node allows", (await CreateAsync(node)).AssertRefused(403, "AccessDeniedException"));
    }

    private Task<Answer> CreateAsync(Node node) => node.PostAsync("2015-03-31/functions", new JsonObject
    {
        ["FunctionName"] = Node.NewName("private"),
        ["Role"] = Source.Role,
        ["PackageType"] = "Image",
        ["Code"] = new JsonObject { ["ImageUri"] = Uri },
    }.ToJsonString());

    private void WriteCredentials(string host, string password) => File.WriteAllText(Credentials, JsonSerializer.Serialize(new
    {
        auths = new Dictionary<string, object>
        {
            [host] = new { auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Registry.User}:{password}")) },
        },
    }));
}
