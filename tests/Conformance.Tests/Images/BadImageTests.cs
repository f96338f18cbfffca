using System.Formats.Tar;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Conformance.Tests.Nodes;
using Hearth.Client;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Images;

/// <summary>Images that are not there, are broken, or mean harm; and what becomes of images when nodes and functions end.</summary>
[NeedsRoot]
public sealed class BadImageTests(ImageNode shared) : IClassFixture<ImageNode>
{
    private Node Node { get; } = shared.Node;

    [SuiteTheory]
    [InlineData("oci:{layout}:none", "Source image oci:{layout}:none does not exist. Provide a valid source image.")]
    [InlineData("oci:{allowed}/none:one", "Source image oci:{allowed}/none:one does not exist. Provide a valid source image.")]
    [InlineData("{registry}/none:one", "Source image {registry}/none:one does not exist. Provide a valid source image.")]
    [InlineData("no image", "Source image no image is not valid. Provide a valid source image.")]
    [InlineData("library/busybox", "Source image library/busybox is not valid. Provide a valid source image.")]
    public async Task An_image_that_is_not_there_is_refused_at_once(string uri, string message)
    {
        var refused = await CreateAsync(Filled(uri));
        Assert.Equal(Filled(message), refused.AssertRefused(400, "InvalidParameterValueException"));
    }

    [SuiteFact]
    public async Task A_layout_outside_of_the_allowed_folder_is_refused_and_a_link_does_not_help()
    {
        var outside = Path.Combine(shared.Folder, "outside");
        Directory.Move(await CopyOfLayoutAsync("moving"), outside);
        File.CreateSymbolicLink(Path.Combine(shared.Allowed, "link"), outside);
        foreach (var uri in (string[])[$"oci:{outside}:one", $"oci:{shared.Allowed}/link:one", $"oci:{shared.Allowed}/../outside:one"])
            Assert.Contains("is not below the folder that this node allows", (await CreateAsync(uri)).AssertRefused(403, "AccessDeniedException"));
    }

    [SuiteTheory]
    [InlineData("Runtime", "\"python3.11\"", "Please don't provide Handler or Runtime or Layer when the intent is to create functions by container image.")]
    [InlineData("Handler", "\"app.handler\"", "Please don't provide Handler or Runtime or Layer when the intent is to create functions by container image.")]
    [InlineData("Code", """{"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}""", "Please provide ImageUri when creating a function with packageType Image.")]
    [InlineData("PackageType", "\"Zip\"", "Please don't provide ImageUri when creating a function with packageType Zip.")]
    public async Task What_does_not_go_with_an_image_is_refused(string member, string json, string message)
    {
        var refused = await CreateAsync(shared.Layout.Uri("one"), request => request[member] = JsonNode.Parse(json));
        Assert.Equal(message, refused.AssertRefused(400, "InvalidParameterValueException"));
    }

    [SuiteFact]
    public async Task A_broken_layer_fails_the_function_and_an_update_to_it_keeps_what_ran()
    {
        var broken = await CopyOfLayoutAsync("broken");
        var largest = new DirectoryInfo(Path.Combine(broken, "blobs", "sha256")).GetFiles().MaxBy(file => file.Length)!;
        await File.WriteAllBytesAsync(largest.FullName, new byte[largest.Length]);

        var request = ImageNode.Request($"oci:{broken}:one");
        await Node.Client.CreateFunctionAsync(request);
        await Assert.ThrowsAsync<FunctionNotReadyException>(() => Node.Client.WaitUntilActiveAsync(request.FunctionName!));
        var failed = await Node.Client.GetFunctionConfigurationAsync(request.FunctionName!);
        Assert.Equal((FunctionState.Failed, "InvalidImage"), (failed.State, failed.StateReasonCode));
        Assert.StartsWith("It could not be fetched: ", failed.StateReason);
        await Node.Client.DeleteFunctionAsync(request.FunctionName!);

        var function = await shared.CreateAsync(shared.Layout.Uri("two"));
        var before = await Node.Client.GetFunctionAsync(function.Name);
        await Node.Client.UpdateFunctionCodeAsync(function.Name, new UpdateFunctionCodeRequest { ImageUri = $"oci:{broken}:one" });
        await Assert.ThrowsAsync<FunctionNotReadyException>(() => Node.Client.WaitUntilUpdatedAsync(function.Name));
        var after = await Node.Client.GetFunctionAsync(function.Name);
        Assert.Equal((FunctionState.Active, LastUpdateStatus.Failed, "InvalidImage"), (after.Configuration.State, after.Configuration.LastUpdateStatus, after.Configuration.LastUpdateStatusReasonCode));
        Assert.Equal(before.Code, after.Code);
        Assert.Equal("two", (await function.InvokeAsync()).AssertSucceeded().Json.GetProperty("version").GetString());
        Assert.Empty(Directory.GetDirectories(shared.Store, ".partial-*"));
    }

    [SuiteFact]
    public async Task A_layer_that_reaches_out_of_the_root_reaches_nothing()
    {
        var canary = Path.Combine(shared.Folder, "canary");
        await shared.Layout.AddLayerAsync("hostile", Tar(
            new PaxTarEntry(TarEntryType.SymbolicLink, "out") { LinkName = "../../../../../../../../.." + shared.Folder },
            new PaxTarEntry(TarEntryType.RegularFile, "out/canary") { DataStream = new MemoryStream("x"u8.ToArray()) },
            new PaxTarEntry(TarEntryType.RegularFile, "../../../../../../../.." + canary) { DataStream = new MemoryStream("x"u8.ToArray()) },
            new PaxTarEntry(TarEntryType.CharacterDevice, "zero") { DeviceMajor = 1, DeviceMinor = 5, Mode = (UnixFileMode)0b110_110_110 },
            new PaxTarEntry(TarEntryType.RegularFile, "setuid") { Mode = (UnixFileMode)0b100_111_101_101, DataStream = new MemoryStream([1]) }));
        var function = await shared.CreateAsync(shared.Layout.Uri("hostile"));
        (await function.InvokeAsync()).AssertSucceeded();

        Assert.False(File.Exists(canary));
        var digest = (await Node.Client.GetFunctionConfigurationAsync(function.Name)).CodeSha256;
        var zero = new FileInfo(Path.Combine(shared.Store, digest, "rootfs", "zero"));
        Assert.Equal((true, 0L, FileAttributes.Normal), (zero.Exists, zero.Length, zero.Attributes & ~FileAttributes.ReadOnly));
    }

    [SuiteFact]
    public async Task A_hard_link_to_a_file_of_the_machine_fails_the_function()
    {
        await shared.Layout.AddLayerAsync("linked", Tar(new PaxTarEntry(TarEntryType.HardLink, "shadow") { LinkName = "/etc/shadow" }));
        var request = ImageNode.Request(shared.Layout.Uri("linked"));
        await Node.Client.CreateFunctionAsync(request);
        var failed = await Assert.ThrowsAsync<FunctionNotReadyException>(() => Node.Client.WaitUntilActiveAsync(request.FunctionName!));
        Assert.Equal("InvalidImage", failed.ReasonCode);
        await Node.Client.DeleteFunctionAsync(request.FunctionName!);
    }

    [SuiteFact]
    public async Task After_a_kill_images_are_there_unfetched_and_those_of_deleted_functions_are_gone()
    {
        var layout = await CopyOfLayoutAsync("passing");
        var kept = await shared.CreateAsync($"oci:{layout}:one");
        await shared.Layout.AddConfiguredAsync("unlike", "--config.label", "unlike=true");
        var deleted = await shared.CreateAsync(shared.Layout.Uri("unlike"));
        var (keptImage, deletedImage) = (await ImageOfAsync(kept.Name), await ImageOfAsync(deleted.Name));
        (await kept.InvokeAsync()).AssertSucceeded();
        await deleted.DeleteAsync();
        Directory.Delete(layout, recursive: true);
        await Node.EnvironmentsAsync();

        await Node.KillAsync();
        var half = Directory.CreateDirectory(Path.Combine(shared.Store, ".partial-of-a-killed-node")).FullName;
        Assert.True(Directory.Exists(deletedImage));
        await Node.StartAsync();

        Assert.Equal((true, false, false), (Directory.Exists(keptImage), Directory.Exists(deletedImage), Directory.Exists(half)));
        Assert.Equal("one", (await kept.InvokeAsync()).AssertSucceeded().Json.GetProperty("version").GetString());
    }

    [SuiteFact]
    public async Task A_node_that_is_killed_takes_along_what_it_asks_a_registry()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var uri = $"{silent.LocalEndpoint}/never:v1";
        var create = CreateAsync(uri);
        using var connection = await silent.AcceptSocketAsync();
        Assert.NotEmpty(Remains.ProcessesOn(uri));

        await Node.EnvironmentsAsync();
        await Node.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => create);
        await Patience.UntilAsync(() => Remains.ProcessesOn(uri).Count == 0, "the programs that the node had started are gone");
        await Node.StartAsync();
        Assert.Empty(Directory.GetDirectories(shared.Store, ".partial-*"));
    }

    private async Task<string> ImageOfAsync(string function) =>
        Path.Combine(shared.Store, (await Node.Client.GetFunctionConfigurationAsync(function)).CodeSha256);

    private async Task<Answer> CreateAsync(string uri, Action<JsonObject>? change = null)
    {
        var request = new JsonObject
        {
            ["FunctionName"] = Node.NewName("bad-image"),
            ["Role"] = Functions.Source.Role,
            ["PackageType"] = "Image",
            ["Code"] = new JsonObject { ["ImageUri"] = uri },
        };
        change?.Invoke(request);
        return await Node.PostAsync("2015-03-31/functions", request.ToJsonString());
    }

    private async Task<string> CopyOfLayoutAsync(string name)
    {
        var copy = Path.Combine(shared.Allowed, name);
        await Tools.Command.RunAsync("cp", "-r", shared.Layout.Folder, copy);
        return copy;
    }

    private string Filled(string text) =>
        text.Replace("{layout}", shared.Layout.Folder).Replace("{allowed}", shared.Allowed).Replace("{registry}", shared.Registry.Host);

    private static byte[] Tar(params PaxTarEntry[] entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }

        return tar.ToArray();
    }
}
