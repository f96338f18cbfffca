using System.Text.Json;
using Conformance.Tests.Nodes;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Images;

/// <summary>Functions that are container images, from a layout folder and from a registry.</summary>
[NeedsRoot]
public sealed class ImageTests(ImageNode shared) : IClassFixture<ImageNode>
{
    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task An_image_of_a_layout_folder_runs_as_it_says_itself()
    {
        var uri = shared.Layout.Uri("one");
        var request = ImageNode.Request(uri);
        var created = await Node.Client.CreateFunctionAsync(request);
        Assert.Equal((FunctionState.Pending, "Image", 0L), (created.State, created.PackageType, created.CodeSize));
        Assert.Equal((null, null, null), (created.Runtime, created.Handler, created.ImageConfigResponse));
        Assert.Matches("^[0-9a-f]{64}$", created.CodeSha256);
        await Node.Client.WaitUntilActiveAsync(created.FunctionName);

        var function = await Node.Client.GetFunctionAsync(created.FunctionName);
        Assert.Equal(new FunctionCodeLocation("ECR", null, uri, $"oci:{shared.Layout.Folder}@sha256:{created.CodeSha256}"), function.Code);
        var said = await InvokeAsync(created.FunctionName, "[1, 2]");
        Assert.Equal("[1,2]", JsonSerializer.Serialize(said.GetProperty("event")));
        Assert.Equal(
            ("app.handler", "app.handler more", "/srv/app", "one", "from the image", true),
            (Text(said, "handler"), Text(said, "arguments"), Text(said, "folder"), Text(said, "version"), Text(said, "greeting"), said.GetProperty("old").GetBoolean()));
    }

    [SuiteFact]
    public async Task An_image_sees_its_own_root_read_only_and_nothing_of_this_machine()
    {
        var function = await shared.CreateAsync(shared.Layout.Uri("one"));
        var said = await InvokeAsync(function.Name);
        Assert.Equal("bin dev old opt proc runtime srv sys tmp version", Text(said, "root").Trim());
        Assert.Equal(("993", false), (Text(said, "user"), said.GetProperty("written").GetBoolean()));
        Assert.Contains("null", Text(said, "devices").Split(' '));
    }

    [SuiteFact]
    public async Task Overrides_take_the_place_of_what_the_image_says()
    {
        var config = new ImageConfig(["/bin/sh", "/runtime", "first"], ["other.handler"], "/opt");
        var function = await shared.CreateAsync(shared.Layout.Uri("one"), config);
        var described = await Node.Client.GetFunctionConfigurationAsync(function.Name);
        Assert.Equal(JsonSerializer.Serialize(config), JsonSerializer.Serialize(described.ImageConfigResponse!.ImageConfig));
        var said = await InvokeAsync(function.Name);
        Assert.Equal(("other.handler", "first other.handler", "/opt"), (Text(said, "handler"), Text(said, "arguments"), Text(said, "folder")));

        await function.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { ImageConfig = new ImageConfig(Command: ["third"]) });
        said = await InvokeAsync(function.Name);
        Assert.Equal(("third", "third", "/srv/app"), (Text(said, "handler"), Text(said, "arguments"), Text(said, "folder")));

        await function.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { ImageConfig = new ImageConfig() });
        said = await InvokeAsync(function.Name);
        Assert.Equal("app.handler more", Text(said, "arguments"));
        Assert.Null((await Node.Client.GetFunctionConfigurationAsync(function.Name)).ImageConfigResponse);
    }

    [SuiteFact]
    public async Task An_image_in_a_registry_is_found_by_tag_and_by_digest()
    {
        await shared.Registry.PushAsync(shared.Layout, "one", "found/app:v1");
        var byTag = await shared.CreateAsync($"{shared.Registry.Host}/found/app:v1");
        Assert.Equal("one", Text(await InvokeAsync(byTag.Name), "version"));

        var code = (await Node.Client.GetFunctionAsync(byTag.Name)).Code;
        Assert.StartsWith($"{shared.Registry.Host}/found/app@sha256:", code.ResolvedImageUri);
        var byDigest = await shared.CreateAsync(code.ResolvedImageUri!);
        Assert.Equal("one", Text(await InvokeAsync(byDigest.Name), "version"));
        Assert.Equal(code.ResolvedImageUri, (await Node.Client.GetFunctionAsync(byDigest.Name)).Code.ResolvedImageUri);
    }

    [SuiteFact]
    public async Task A_tag_that_moves_changes_nothing_until_the_code_is_updated()
    {
        var uri = $"{shared.Registry.Host}/moved:live";
        await shared.Registry.PushAsync(shared.Layout, "one", "moved:live");
        var function = await shared.CreateAsync(uri);
        var before = await Node.Client.GetFunctionConfigurationAsync(function.Name);
        await shared.Registry.PushAsync(shared.Layout, "two", "moved:live");

        // A change of settings brings new environments, of the same image.
        await function.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { MemorySize = 192 });
        Assert.Equal("one", Text(await InvokeAsync(function.Name), "version"));

        var updated = await Node.Client.UpdateFunctionCodeAsync(function.Name, new UpdateFunctionCodeRequest { ImageUri = uri });
        Assert.Equal(LastUpdateStatus.InProgress, updated.LastUpdateStatus);
        Assert.NotEqual(before.CodeSha256, updated.CodeSha256);
        await Node.Client.WaitUntilUpdatedAsync(function.Name);
        var said = await InvokeAsync(function.Name);
        Assert.Equal(("two", false), (Text(said, "version"), said.GetProperty("old").GetBoolean()));
    }

    [SuiteFact]
    public async Task A_start_that_finds_no_program_or_folder_is_the_functions_error()
    {
        var function = await shared.CreateAsync(shared.Layout.Uri("one"), new ImageConfig(EntryPoint: ["nothing-here"]));
        var failed = (await function.InvokeAsync()).AssertFailed("Runtime.InvalidEntrypoint");
        Assert.Contains("exec: \"nothing-here\": executable file not found in $PATH", failed.FunctionErrorMessage);

        await function.UpdateConfigurationAsync(new UpdateFunctionConfigurationRequest { ImageConfig = new ImageConfig(WorkingDirectory: "/nowhere") });
        failed = (await function.InvokeAsync()).AssertFailed("Runtime.InvalidEntrypoint");
        Assert.Contains("chdir /nowhere: no such file or directory", failed.FunctionErrorMessage);
    }

    [SuiteFact]
    public async Task A_function_keeps_its_kind()
    {
        var function = await shared.CreateAsync(shared.Layout.Uri("one"));
        var zip = new { ZipFile = Convert.ToBase64String(Functions.Source.Echo.Zip()) };
        Assert.Equal(
            "Please provide ImageUri when updating a function with packageType Image.",
            (await Node.PutAsync($"{function.Path}/code", JsonSerializer.Serialize(zip))).AssertRefused(400, "InvalidParameterValueException"));
        Assert.Equal(
            "Please don't provide Handler or Runtime or Layer when updating a function with packageType Image.",
            (await Node.PutAsync($"{function.Path}/configuration", """{"Handler": "a.b"}""")).AssertRefused(400, "InvalidParameterValueException"));
        Assert.Equal("one", Text(await InvokeAsync(function.Name), "version"));
    }

    private async Task<JsonElement> InvokeAsync(string name, string payload = "{}") =>
        (await new Functions.TestFunction(Node, name).InvokeAsync(payload)).AssertSucceeded().Json;

    private static string Text(JsonElement said, string member) => said.GetProperty(member).GetString()!;
}
