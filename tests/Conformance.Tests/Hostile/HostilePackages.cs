using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Hostile;

/// <summary>Builds the functions of tests/HostileFunctions.</summary>
internal static class HostilePackages
{
    public const string Python = "python", NodeJs = "nodejs", Ruby = "ruby", Java = "java", DotNet = "dotnet", Provided = "provided";

    private static readonly string Sources = Path.Combine(Repository.Root, "tests", "HostileFunctions");

    /// <param name="folder">Takes what compilers make.</param>
    public static async Task<Source> BuildAsync(string language, string folder) => language switch
    {
        Python => Source.Folder(Path.Combine(Sources, "python"), Source.PythonRuntime, "app.handler"),
        Ruby => Source.Folder(Path.Combine(Sources, "ruby"), $"ruby{await Command.RunAsync("/usr/bin/ruby", "-e", "print RUBY_VERSION[/\\d+\\.\\d+/]")}", "app.handler"),
        NodeJs => Add(Source.Folder(Path.Combine(Sources, "nodejs"), Source.NodeRuntime, "index.handler"), "native", await CompileAsync(folder)),
        Java => Add(Source.Folder(await CompileJavaAsync(folder), "java17", "hostile.Attacks::handle"), "native", await CompileAsync(folder)),
        DotNet => Add(Source.Folder(Repository.DotNetFunction("Hostile"), "dotnet10", "Hostile::Hostile.Attacks::Handle"), "native", await CompileAsync(folder)),
        Provided => Add(new Source(Source.ProvidedRuntime, "any", []), "bootstrap", await CompileAsync(folder)),
        _ => throw new ArgumentException(language),
    };

    private static Source Add(Source source, string name, byte[] program) =>
        source with { Files = [.. source.Files, new SourceFile(name, "", 0b111_101_101, program)] };

    private static async Task<byte[]> CompileAsync(string folder)
    {
        var program = Path.Combine(folder, "hostile");
        await Command.RunAsync("/usr/bin/gcc", "-O2", "-pthread", "-o", program, Path.Combine(Sources, "provided", "hostile.c"));
        return await File.ReadAllBytesAsync(program);
    }

    private static async Task<string> CompileJavaAsync(string folder)
    {
        var classes = Path.Combine(folder, "java");
        await Command.RunAsync("/usr/bin/javac", ["-d", classes, .. Directory.EnumerateFiles(Path.Combine(Sources, "java"), "*.java", SearchOption.AllDirectories)]);
        return classes;
    }
}
