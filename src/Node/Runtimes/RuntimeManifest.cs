using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Hearth.Node.Runtimes;

/// <summary>
/// What <c>runtimes/{family}/manifest.json</c> says: which identifiers the folder serves, where their interpreter may
/// be, how it tells its version, and the command that starts the bootstrap. A new folder is a new runtime.
/// </summary>
internal sealed partial record RuntimeManifest
{
    public const string FileName = "manifest.json";

    // By reflection: generated code would lose the defaults of members that a manifest leaves out.
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>The folder's own name.</summary>
    public required string Family { get; init; }

    /// <summary>Templates, as <c>python{major}.{minor}</c>; without an interpreter, plain identifiers.</summary>
    public required IReadOnlyList<string> Identifiers { get; init; }

    /// <summary>
    /// Files beside the manifest without which the runtime is not offered, as what a build makes only where it has the
    /// compiler for it. Names without a folder.
    /// </summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>
    /// Absolute paths, the preferred first. In a segment <c>*</c> stands for any characters and <c>#</c> for digits:
    /// <c>/usr/bin/python3.#</c>, <c>/usr/lib/jvm/*/bin/java</c>. Empty where the package brings the program.
    /// </summary>
    public IReadOnlyList<string> Interpreters { get; init; } = [];

    /// <summary>How an interpreter tells its version; required with <see cref="Interpreters"/>.</summary>
    public VersionProbe? Version { get; init; }

    /// <summary>
    /// Program and arguments, started without a shell. Placeholders: <c>{interpreter}</c>, <c>{identifier}</c>,
    /// <c>{major}</c>, <c>{minor}</c>, and for the sandbox driver <c>{runtime}</c> and <c>{task}</c>.
    /// </summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Further variables; the same placeholders but those of the driver.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Null where the runtime cannot wait for its function.</summary>
    public BlankManifest? Blank { get; init; }

    /// <exception cref="RuntimeManifestException">The file cannot be read or says something wrong.</exception>
    public static async Task<RuntimeManifest> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            var manifest = await JsonSerializer.DeserializeAsync<RuntimeManifest>(stream, Json, cancellation);
            return (manifest ?? throw new RuntimeManifestException(file, "it is null.")).Validated(file);
        }
        catch (JsonException e)
        {
            throw new RuntimeManifestException(file, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeManifestException(file, e.Message, e);
        }
    }

    private RuntimeManifest Validated(string file)
    {
        var folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)));
        Check(Family == folder, "family", $"must be the folder's name, '{folder}'.");
        Check(Identifiers is { Count: > 0 }, "identifiers", "must name at least one identifier.");
        Check(Command is { Count: > 0 }, "command", "must name at least a program.");
        Check(Requires is not null, "requires", "must be a list.");
        foreach (var name in Requires!)
            Check(!string.IsNullOrEmpty(name) && name == Path.GetFileName(name), "requires", $"'{name}' is not a file's name.");
        Check(Interpreters is not null, "interpreters", "must be a list.");
        Check(Environment is not null, "environment", "must be an object.");
        foreach (var path in Interpreters!)
            Check(path is not null && path.StartsWith('/'), "interpreters", $"'{path}' is not an absolute path.");
        Check(Interpreters.Count == 0 || Version is not null, "version", "must say how an interpreter tells its version.");
        Version?.Validate(Check);
        Blank?.Validate(Command!, Check);

        string[] versioned = Interpreters.Count == 0 ? [] : ["major", "minor"];
        foreach (var identifier in Identifiers!)
            CheckTemplate("identifiers", identifier, versioned, IdentifierTemplate());
        string[] known = Interpreters.Count == 0 ? ["identifier"] : ["identifier", "interpreter", .. versioned];
        foreach (var argument in Command!)
            CheckTemplate("command", argument, [.. known, "runtime", "task"]);
        foreach (var (name, value) in Environment!)
            CheckTemplate($"environment.{name}", value, known);
        return this;

        void Check(bool holds, string member, string message)
        {
            if (!holds)
                throw new RuntimeManifestException(file, $"{member}: {message}");
        }

        void CheckTemplate(string member, string? template, IReadOnlyList<string> placeholders, Regex? form = null)
        {
            Check(template is not null, member, "must be text.");
            var wrong = Placeholders.NamesIn(template!).FirstOrDefault(name => !placeholders.Contains(name));
            Check(wrong is null, member, $"'{template}' has the placeholder {{{wrong}}}, which is not known here.");
            Check(form is null || form.IsMatch(template!), member, $"'{template}' is not an identifier.");
        }
    }

    [GeneratedRegex(@"^([A-Za-z0-9._-]|\{major\}|\{minor\})+$")]
    private static partial Regex IdentifierTemplate();
}

/// <summary>How an interpreter tells its version.</summary>
/// <param name="Arguments">What it is run with, as <c>--version</c>.</param>
/// <param name="Pattern">A regular expression whose first group finds the version in its output (standard output and error).</param>
internal sealed record VersionProbe(IReadOnlyList<string> Arguments, string Pattern)
{
    public void Validate(Action<bool, string, string> check)
    {
        check(Arguments is { Count: > 0 }, "version.arguments", "must name at least one argument.");
        check(Pattern is not null && HasGroup(Pattern), "version.pattern", "must be a regular expression with one group.");
    }

    /// <summary>The version in an interpreter's output, or null.</summary>
    public string? Find(string output)
    {
        var match = Regex.Match(output, Pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        return match.Success && match.Groups[1].Length > 0 ? match.Groups[1].Value : null;
    }

    private static bool HasGroup(string pattern)
    {
        try
        {
            return new Regex(pattern).GetGroupNumbers().Length == 2;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>A manifest that cannot be used. The message names the file and the member.</summary>
internal sealed class RuntimeManifestException(string file, string message, Exception? inner = null)
    : Exception($"{file}: {message}", inner);
