using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Images;

/// <summary>A node that serves images, a layout folder that it allows, and a registry; shared by a class's tests.</summary>
public sealed class ImageNode : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hearth-images-").FullName;
    private Node? _node;
    private Registry? _registry;
    private Layout? _layout;

    public Node Node => _node!;

    internal Registry Registry => _registry!;

    internal Layout Layout => _layout!;

    /// <summary>What the node's option <c>--images</c> names.</summary>
    public string Allowed => Path.Combine(_folder, "allowed");

    public string Folder => _folder;

    public string Store => Path.Combine(Node.Data, "images");

    internal static CreateFunctionRequest Request(string imageUri, ImageConfig? config = null) => new()
    {
        FunctionName = Node.NewName("image"),
        Role = Source.Role,
        PackageType = "Image",
        Code = new FunctionCode(null, ImageUri: imageUri),
        ImageConfig = config,
        Timeout = 30,
    };

    /// <summary>Creates a function of an image and waits until it is active.</summary>
    internal async Task<TestFunction> CreateAsync(string imageUri, ImageConfig? config = null)
    {
        var created = await Node.Client.CreateFunctionAsync(Request(imageUri, config));
        await Node.Client.WaitUntilActiveAsync(created.FunctionName);
        return new TestFunction(Node, created.FunctionName);
    }

    public async Task InitializeAsync()
    {
        if (NeedsRootAttribute.Missing)
            return;
        Directory.CreateDirectory(Allowed);
        _layout = await Layout.CreateAsync(Path.Combine(Allowed, "layout"));
        await _layout.AddSecondAsync();
        _registry = await Registry.StartAsync(_folder);
        _node = await Node.StartAsync("container", "--images", Allowed, "--plain-registries", "loopback");
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        if (_registry is not null)
            await _registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
