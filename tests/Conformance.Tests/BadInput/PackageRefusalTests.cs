using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.BadInput;

/// <summary>Zips that no function can be made of.</summary>
[Collection(OnProcesses.Name)]
public sealed class PackageRefusalTests(ProcessNode shared)
{
    private Node Node { get; } = shared.Node;

    public static TheoryData<string, byte[], string> Packages => new()
    {
        { "no zip", "PK but no zip"u8.ToArray(), "Could not unzip uploaded file. Please check your file, then try to upload again." },
        { "nothing", [], "Uploaded file must be a non-empty zip" },
        { "an empty zip", Zip(_ => { }), "Uploaded file must be a non-empty zip" },
        { "a cut zip", Source.Echo.Zip()[..^40], "Could not unzip uploaded file. Please check your file, then try to upload again." },
        { "a bomb", Bomb(), "Unzipped size must be smaller than 262144000 bytes" },
        { "a way out", Zip(zip => zip.CreateEntry("../out")), "Could not unzip uploaded file" },
        { "an absolute name", Zip(zip => zip.CreateEntry("/etc/out")), "Could not unzip uploaded file" },
        { "a name twice", Zip(zip => { zip.CreateEntry("app.py"); zip.CreateEntry("app.py"); }), "Could not unzip uploaded file" },
        { "a link that leaves", Link("../../etc/passwd"), "Could not unzip uploaded file" },
    };

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task A_package_that_is_none_is_refused_for_new_and_for_existing_functions(string what, byte[] zip, string problem)
    {
        Assert.NotEmpty(what);
        var name = Node.NewName("refused");
        var request = CreateRequest.Json(name);
        request["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) };
        Assert.StartsWith(problem, (await Node.PostAsync("2015-03-31/functions", request.ToJsonString())).AssertRefused(400, "InvalidParameterValueException"));
        await shared.AssertWellAsync(refused: name);

        var function = await Node.CreateAsync(Source.Echo);
        var before = (await Node.GetAsync($"{function.Path}/configuration")).Text;
        var updated = await Node.PutAsync($"{function.Path}/code", new JsonObject { ["ZipFile"] = Convert.ToBase64String(zip) }.ToJsonString());
        Assert.StartsWith(problem, updated.AssertRefused(400, "InvalidParameterValueException"));
        Assert.Equal(before, (await Node.GetAsync($"{function.Path}/configuration")).Text);
        Assert.Equal("1", (await function.InvokeAsync("1")).AssertSucceeded().Text);
    }

    private static byte[] Zip(Action<ZipArchive> fill)
    {
        var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
            fill(archive);
        return content.ToArray();
    }

    private static byte[] Bomb() => Zip(zip =>
    {
        using var content = zip.CreateEntry("zeros", CompressionLevel.Fastest).Open();
        var chunk = new byte[1_048_576];
        for (var written = 0; written <= 262_144_000; written += chunk.Length)
            content.Write(chunk);
    });

    private static byte[] Link(string target) => Zip(zip =>
    {
        var entry = zip.CreateEntry("link");
        entry.ExternalAttributes = unchecked((int)0xA1FF0000);
        using var content = entry.Open();
        content.Write(Encoding.UTF8.GetBytes(target));
    });
}
