using Conformance.Tests.Tools;

namespace Conformance.Tests.Images;

/// <summary>A folder of images that the tests build with umoci, from busybox and a runtime in shell.</summary>
internal sealed class Layout
{
    private const string Busybox = "/bin/busybox";

    // Answers with what it sees of itself.
    private const string Runtime = """
        #!/bin/sh
        api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
        echo "runtime $*" >&2
        while true; do
          event=$(wget -q -S -O - "$api/next" 2> /tmp/headers) || exit 1
          id=$(sed -n 's/^ *lambda-runtime-aws-request-id: *//ip' /tmp/headers | tr -d '\r')
          if touch /here 2> /dev/null; then written=true; else written=false; fi
          if [ -e /old ]; then old=true; else old=false; fi
          wget -q -O /dev/null --post-data "{\"event\": $event, \"handler\": \"$_HANDLER\", \"arguments\": \"$*\", \"folder\": \"$(pwd)\",
            \"version\": \"$(cat /version)\", \"greeting\": \"$GREETING\", \"user\": \"$(id -u)\", \"root\": \"$(ls / | tr '\n' ' ')\",
            \"written\": $written, \"old\": $old, \"devices\": \"$(ls /dev | tr '\n' ' ')\"}" "$api/$id/response"
        done
        """;

    private readonly string _bundle;

    private Layout(string folder) => (Folder, _bundle) = (folder, folder + ".bundle");

    public string Folder { get; }

    /// <summary>As a function's <c>ImageUri</c>.</summary>
    public string Uri(string tag) => $"oci:{Folder}:{tag}";

    /// <summary>A layout with the image <c>one</c>, whose entry point is the runtime and whose command is "app.handler more".</summary>
    public static async Task<Layout> CreateAsync(string folder)
    {
        var layout = new Layout(folder);
        await Umoci("init", "--layout", folder);
        await Umoci("new", "--image", $"{folder}:base");
        await Umoci("unpack", "--image", $"{folder}:base", layout._bundle);
        layout.Write("bin/busybox", File.ReadAllBytes(Busybox), executable: true);
        foreach (var applet in (string[])["sh", "wget", "sed", "tr", "cat", "id", "ls", "touch", "sleep"])
            File.CreateSymbolicLink(layout.At($"bin/{applet}"), "busybox");
        layout.Write("opt/runtime", System.Text.Encoding.UTF8.GetBytes(Runtime), executable: true);
        File.CreateSymbolicLink(layout.At("runtime"), "/opt/runtime");
        layout.Write("version", "one"u8.ToArray());
        layout.Write("old", []);
        Directory.CreateDirectory(layout.At("srv/app"));
        await layout.AddAsync(
            "one", "--config.entrypoint", "/runtime", "--config.cmd", "app.handler", "--config.cmd", "more",
            "--config.env", "GREETING=from the image", "--config.env", "PATH=/bin", "--config.workingdir", "/srv/app");
        return layout;
    }

    /// <summary>A second image: the first with another version, and without a file (a whiteout in its upper layer).</summary>
    public async Task AddSecondAsync(string tag = "two")
    {
        Write("version", "two"u8.ToArray());
        File.Delete(At("old"));
        await Umoci("repack", "--image", $"{Folder}:{tag}", _bundle);
        await CopySettingsAsync(tag);
    }

    /// <summary>The first image under another tag, with a layer of the test's own on top.</summary>
    public async Task AddLayerAsync(string tag, byte[] tar)
    {
        var file = $"{Folder}.{tag}.tar";
        await File.WriteAllBytesAsync(file, tar);
        await TagAsync("one", tag);
        await Umoci("raw", "add-layer", "--image", $"{Folder}:{tag}", file);
    }

    /// <summary>Gives an image a further tag, or takes the tag from another.</summary>
    public Task TagAsync(string existing, string tag) => Umoci("tag", "--image", $"{Folder}:{existing}", tag);

    /// <summary>The first image under another tag, with settings as <c>umoci config</c> takes them.</summary>
    public async Task AddConfiguredAsync(string tag, params string[] settings)
    {
        await TagAsync("one", tag);
        await Umoci(["config", "--image", $"{Folder}:{tag}", .. settings]);
    }

    private async Task AddAsync(string tag, params string[] settings)
    {
        await Umoci("repack", "--image", $"{Folder}:{tag}", _bundle);
        await Umoci(["config", "--image", $"{Folder}:{tag}", .. settings]);
    }

    // The bundle was unpacked from the base, whose settings say nothing.
    private Task CopySettingsAsync(string tag) => Umoci(
        "config", "--image", $"{Folder}:{tag}", "--config.entrypoint", "/runtime", "--config.cmd", "app.handler", "--config.workingdir", "/");

    private string At(string path) => Path.Combine(_bundle, "rootfs", path);

    private void Write(string path, byte[] content, bool executable = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), content);
        File.SetUnixFileMode(At(path), (UnixFileMode)(executable ? 0b111_101_101 : 0b110_100_100));
    }

    private static async Task Umoci(params string[] arguments) => await Command.RunAsync("umoci", arguments);
}
