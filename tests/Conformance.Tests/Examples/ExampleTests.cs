using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Examples;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class ExamplesOnContainersTests(ContainerNode node) : ExampleSuite(node);

[Collection(OnProcesses.Name)]
public sealed class ExamplesOnProcessesTests(ProcessNode node) : ExampleSuite(node);

/// <summary>The functions of deploy/examples, built by their own scripts.</summary>
public abstract class ExampleSuite(SharedNode shared) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-examples-");

    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task The_thumbnail_maker_makes_a_real_photo_smaller()
    {
        var function = await Node.CreateAsync(
            Source.Folder(await BuildAsync("thumbnail-python"), Source.PythonRuntime, "app.handler"), request => request with { MemorySize = 512, Timeout = 60 });
        var file = Path.Combine(_folder.FullName, "event.json");
        await Command.RunAsync("/usr/bin/python3", Path.Combine(Repository.Examples, "thumbnail-python", "make_photo.py"), "--event", "320", file);
        var photo = JsonDocument.Parse(await File.ReadAllBytesAsync(file)).RootElement.GetProperty("image").GetBytesFromBase64();

        var answer = (await function.InvokeTailedAsync(await File.ReadAllTextAsync(file))).AssertSucceeded();
        var thumbnail = answer.Json.GetProperty("image").GetBytesFromBase64();
        Assert.InRange(thumbnail.Length, 1, photo.Length / 2);
        Assert.Equal("JPEG 1600 1200", await DecodeAsync(photo));
        Assert.Equal("JPEG 320 240", await DecodeAsync(thumbnail));
        Assert.Equal(thumbnail.Length, answer.Json.GetProperty("bytes").GetInt32());
        if (Node.IsContainer)
            Assert.Contains(await function.LogAsync(), line => line.Message.EndsWith("from /var/task/PIL", StringComparison.Ordinal));

        var failed = (await function.InvokeAsync("""{"image": "bm90IGEganBlZw==", "width": 320}""")).AssertFailed("UnidentifiedImageError");
        Assert.NotEmpty(failed.FunctionErrorMessage!);
    }

    [SuiteFact]
    public async Task The_express_application_answers_its_own_routes()
    {
        var function = await Node.CreateAsync(
            Source.Folder(await BuildAsync("express-node"), Source.NodeRuntime, "index.handler"), request => request with { MemorySize = 512, Timeout = 60 });

        async Task<JsonElement> RouteAsync(string name, int status)
        {
            var answer = (await function.InvokeAsync(await File.ReadAllTextAsync(Path.Combine(Repository.Examples, "express-node", "events", $"{name}.json")))).AssertSucceeded();
            Assert.Equal(status, answer.Json.GetProperty("statusCode").GetInt32());
            return answer.Json;
        }

        static JsonElement Body(JsonElement answer) => JsonDocument.Parse(answer.GetProperty("body").GetString()!).RootElement;
        static string? Header(JsonElement answer, string name) => answer.GetProperty("headers").GetProperty(name).GetString();

        Assert.Equal("""{"id":"1","title":"The Odyssey","year":-700}""", Body(await RouteAsync("v1-book", 200)).GetRawText());
        Assert.Equal("Middlemarch", Body(await RouteAsync("v2-book", 200)).GetProperty("title").GetString());
        Assert.Equal(JsonValueKind.Array, Body(await RouteAsync("v2-list", 200)).ValueKind);
        var created = await RouteAsync("v2-create", 201);
        Assert.Equal("/books/3", Header(created, "location"));
        Assert.Equal("""{"id":"3","title":"Kindred","year":1979}""", Body(created).GetRawText());
        Assert.Equal("express-node", Header(created, "x-served-by"));
        Assert.Equal(2, (await RouteAsync("v2-headers", 200)).GetProperty("cookies").GetArrayLength());
        Assert.Equal(JsonValueKind.Object, Body(await RouteAsync("v2-form-base64", 200)).GetProperty("received").ValueKind);
        var pixel = await RouteAsync("v2-pixel", 200);
        Assert.True(pixel.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal("image/png", Header(pixel, "content-type"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], pixel.GetProperty("body").GetBytesFromBase64()[..4]);
        Assert.True(Body(await RouteAsync("v1-not-found", 404)).TryGetProperty("error", out _));
        Assert.True(Body(await RouteAsync("v1-bad-json", 400)).TryGetProperty("error", out _));
        Assert.Equal("thrown by a route", Body(await RouteAsync("v2-boom", 500)).GetProperty("error").GetString());
    }

    [SuiteFact]
    public async Task The_runtime_in_shell_serves_and_reports_its_errors()
    {
        var function = await Node.CreateAsync(
            Source.Folder(Path.Combine(Repository.Examples, "provided-shell"), Source.ProvidedRuntime, "function.handler"), request => request with { Timeout = 60 });
        var answer = (await function.InvokeTailedAsync("""{"colour": "green"}""")).AssertSucceeded();
        Assert.Equal(function.Name, answer.Json.GetProperty("function").GetString());
        Assert.Equal("green", answer.Json.GetProperty("event").GetProperty("colour").GetString());
        Assert.Contains("an event of ", answer.LogTail);
        (await function.InvokeAsync("\"fail\"")).AssertFailed("Handler.Failed");
        (await function.InvokeAsync("\"fine\"")).AssertSucceeded();
    }

    [SuiteFact]
    public async Task The_runtime_in_C_serves_events_of_every_size()
    {
        var function = await Node.CreateAsync(
            Source.Folder(await BuildAsync("provided-c"), Source.ProvidedRuntime, "bootstrap"), request => request with { Timeout = 60 });
        foreach (var characters in (int[])[1, 1_000, 1_000_000, 5_000_000])
        {
            var payload = $"\"{new string('x', characters)}\"";
            var answer = (await function.InvokeAsync(payload)).AssertSucceeded().Json;
            Assert.Equal(payload.Length, answer.GetProperty("bytes").GetInt32());
            Assert.Equal(characters, answer.GetProperty("event").GetString()!.Length);
        }
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task<string> BuildAsync(string example)
    {
        var output = Path.Combine(_folder.FullName, example);
        await Command.RunAsync("/bin/bash", Path.Combine(Repository.Examples, example, "build.sh"), output);
        return output;
    }

    private async Task<string> DecodeAsync(byte[] image)
    {
        var file = Path.Combine(_folder.FullName, "image");
        await File.WriteAllBytesAsync(file, image);
        const string Decode = "import sys; from PIL import Image; image = Image.open(sys.argv[1]); image.load(); print(image.format, *image.size)";
        return (await Command.RunAsync("/usr/bin/python3", "-c", Decode, file)).Trim();
    }
}
