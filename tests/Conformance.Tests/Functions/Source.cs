using System.IO.Compression;
using System.Text;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Functions;

/// <summary>A function's code: files with their permissions, and what runs them.</summary>
internal sealed record Source(string Runtime, string Handler, IReadOnlyList<SourceFile> Files)
{
    public const string PythonRuntime = "python3.11", ProvidedRuntime = "provided.al2023";

    /// <summary>Debian's own Node.js is 18; a machine may have a later one.</summary>
    public static string NodeRuntime { get; } = $"nodejs{Version("/usr/bin/node").TrimStart('v').Split('.')[0]}.x";

    public const string Role = "arn:aws:iam::000000000000:role/conformance";

    /// <summary>Answers with the event.</summary>
    public static Source Echo { get; } = Python("def handler(event, context): return event");

    public static Source Python(string code, string handler = "app.handler") => new(PythonRuntime, handler, [new SourceFile("app.py", code)]);

    public static Source NodeJs(string code, string handler = "index.handler", string file = "index.js") =>
        new(NodeRuntime, handler, [new SourceFile(file, code)]);

    /// <summary>A bootstrap of one's own; the first line of the code names its interpreter.</summary>
    public static Source Provided(string code) => new(ProvidedRuntime, "function.handler", [new SourceFile("bootstrap", code, Mode: 0b111_101_101)]);

    /// <summary>A folder as a build script left it.</summary>
    public static Source Folder(string folder, string runtime, string handler) => new(runtime, handler,
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => new SourceFile(
            Path.GetRelativePath(folder, file), "", (int)File.GetUnixFileMode(file), File.ReadAllBytes(file))),
    ]);

    public Source With(string path, string content) => this with { Files = [.. Files, new SourceFile(path, content)] };

    private static string Version(string program)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd();
    }

    public byte[] Zip()
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Files)
            {
                var entry = archive.CreateEntry(file.Path);
                entry.ExternalAttributes = ((file.IsLink ? 0xA000 : 0x8000) | file.Mode) << 16;
                using var content = entry.Open();
                content.Write(file.Bytes ?? Encoding.UTF8.GetBytes(file.Text));
            }
        }

        return zip.ToArray();
    }

    public CreateFunctionRequest Request(string name) => new()
    {
        FunctionName = name,
        Runtime = Runtime,
        Handler = Handler,
        Role = Role,
        Code = new FunctionCode(Zip()),
    };
}

/// <param name="Mode">Unix permission bits.</param>
/// <param name="Bytes">In place of <paramref name="Text"/>, where given.</param>
internal sealed record SourceFile(string Path, string Text, int Mode = 0b110_100_100, byte[]? Bytes = null, bool IsLink = false)
{
    /// <summary>A symbolic link.</summary>
    public static SourceFile Link(string path, string target) => new(path, target, 0b111_111_111, IsLink: true);
}
