using System.Text.Json;
using System.Text.RegularExpressions;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Deploying;

/// <summary>What a folder's files say about its runtime and handler.</summary>
/// <param name="RuntimePrefix">The family's identifiers begin with it.</param>
/// <param name="Because">The file that says so.</param>
internal sealed partial record RuntimeGuess(string RuntimePrefix, string Handler, string Because)
{
    private static readonly string[] PythonNames = ["lambda_handler", "handler"];
    private static readonly string[] NodeExtensions = [".mjs", ".js", ".cjs"];

    /// <summary>Null where the files say nothing. The most telling file wins: bootstrap, then .NET's, Python's names, Ruby's, Node's.</summary>
    public static RuntimeGuess? For(string folder)
    {
        var bootstrap = Path.Combine(folder, "bootstrap");
        if (IsExecutable(bootstrap)) return new RuntimeGuess("provided", "bootstrap", "an executable bootstrap");
        if (DotNetHandler(folder) is { } published) return published;
        foreach (var module in (ReadOnlySpan<string>)["lambda_function", "app", "main"])
        {
            if (PythonHandler(Path.Combine(folder, module + ".py")) is { } handler) return new RuntimeGuess("python", $"{module}.{handler}", module + ".py");
        }

        foreach (var module in (ReadOnlySpan<string>)["lambda_function", "app", "function"])
        {
            if (RubyHandler(Path.Combine(folder, module + ".rb")) is { } handler) return new RuntimeGuess("ruby", $"{module}.{handler}", module + ".rb");
        }

        foreach (var module in (ReadOnlySpan<string>)["index", "app"])
        {
            if (NodeExtensions.FirstOrDefault(extension => File.Exists(Path.Combine(folder, module + extension))) is { } extension)
                return new RuntimeGuess("nodejs", $"{module}.handler", module + extension);
        }

        return MainOfPackage(folder) is { } main ? new RuntimeGuess("nodejs", $"{main}.handler", "package.json") : null;
    }

    /// <summary>The newest identifier of the family that the node serves; null where it serves none.</summary>
    public string? Newest(IEnumerable<RuntimeDescription> served) => served
        .Select(runtime => runtime.Identifier)
        .Where(identifier => identifier.StartsWith(RuntimePrefix, StringComparison.Ordinal))
        .MaxBy(identifier =>
        {
            // By number: 3.11 is newer than 3.9, 20.x than 8.10, and provided.al2023 than provided.al2.
            var numbers = Digits().Matches(identifier);
            return (Major: NumberAt(numbers, 0), Minor: NumberAt(numbers, 1));
        });

    private static int NumberAt(MatchCollection numbers, int index) => index < numbers.Count ? int.Parse(numbers[index].ValueSpan) : 0;

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0);

    // lambda_handler is what AWS's own examples call it, handler what most others do.
    private static string? PythonHandler(string path)
    {
        if (!File.Exists(path)) return null;
        var defined = PythonFunctions().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value).ToHashSet();
        var usual = Path.GetFileName(path) == "lambda_function.py" ? "lambda_handler" : "handler";
        return defined.Contains(usual) ? usual : PythonNames.FirstOrDefault(defined.Contains) ?? usual;
    }

    // A program beside its settings is started by its name; a library's class and method are named as AWS's templates name them.
    private static RuntimeGuess? DotNetHandler(string folder)
    {
        const string ending = ".runtimeconfig.json";
        if (!Directory.Exists(folder) || Directory.GetFiles(folder, "*" + ending) is not [var file]) return null;
        var assembly = Path.GetFileName(file)[..^ending.Length];
        var program = File.Exists(Path.Combine(folder, assembly)) || File.Exists(Path.Combine(folder, assembly + ".exe"));
        return new RuntimeGuess("dotnet", program ? assembly : $"{assembly}::{assembly}.Function::FunctionHandler", Path.GetFileName(file));
    }

    private static string? RubyHandler(string path)
    {
        if (!File.Exists(path)) return null;
        return TopLevelRubyHandler().Match(File.ReadAllText(path)) is { Success: true } defined ? defined.Groups[1].Value : "lambda_handler";
    }

    private static string? MainOfPackage(string folder)
    {
        var path = Path.Combine(folder, "package.json");
        if (!File.Exists(path)) return null;
        try
        {
            using var package = JsonDocument.Parse(File.ReadAllText(path));
            var main = package.RootElement.TryGetProperty("main", out var value) ? value.GetString() : null;
            var module = Path.ChangeExtension(main ?? "index.js", null);
            return module.StartsWith("./", StringComparison.Ordinal) ? module[2..] : module;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new UsageException($"{path} is no package description: {failure.Message}");
        }
    }

    [GeneratedRegex(@"^(?:async\s+)?def\s+(\w+)\s*\(", RegexOptions.Multiline)]
    private static partial Regex PythonFunctions();

    [GeneratedRegex(@"^def\s+(lambda_handler|handler)\b", RegexOptions.Multiline)]
    private static partial Regex TopLevelRubyHandler();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
