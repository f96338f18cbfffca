using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Runtimes;

/// <summary>How the catalogue looks at the machine; the defaults are those of a node.</summary>
internal sealed record RuntimeCatalogSettings
{
    /// <summary>Interpreters count only below this directory, which is what containers see of the machine.</summary>
    public string InterpreterRoot { get; init; } = "/usr";

    /// <summary>How long an interpreter may take to tell its version. Default: 5 s.</summary>
    public TimeSpan ProbeDeadline { get; init; } = TimeSpan.FromSeconds(5);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of every manifest and interpreter that is skipped.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

/// <summary>The runtimes this machine can serve: the folders of <c>runtimes/</c> matched with the interpreters found.</summary>
internal sealed class RuntimeCatalog
{
    private readonly Dictionary<string, InstalledRuntime> _byIdentifier;

    private RuntimeCatalog(IReadOnlyList<InstalledRuntime> all)
    {
        All = all;
        _byIdentifier = all.ToDictionary(runtime => runtime.Identifier, StringComparer.Ordinal);
    }

    /// <summary>By family, the newest interpreter first; those without one in their manifest's order.</summary>
    public IReadOnlyList<InstalledRuntime> All { get; }

    /// <summary>Whether AWS has, or had, such a runtime, so that "not on this machine" can be told from "no such thing".</summary>
    public static bool KnownToAws(string identifier) => AwsRuntimes.Identifiers.Contains(identifier);

    public bool TryFind(string identifier, [NotNullWhen(true)] out InstalledRuntime? runtime) =>
        _byIdentifier.TryGetValue(identifier, out runtime);

    public static Task<RuntimeCatalog> LoadAsync(string runtimesDirectory, CancellationToken cancellation) =>
        LoadAsync(runtimesDirectory, new RuntimeCatalogSettings(), cancellation);

    /// <summary>
    /// Reads every folder with a manifest and asks the interpreters for their versions. What is broken is skipped with
    /// a warning: one bad folder must not keep a node from serving the others.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static async Task<RuntimeCatalog> LoadAsync(
        string runtimesDirectory, RuntimeCatalogSettings settings, CancellationToken cancellation)
    {
        var loader = new RuntimeLoader(settings);
        var folders = Directory.GetDirectories(Path.GetFullPath(runtimesDirectory))
            .Where(folder => File.Exists(Path.Combine(folder, RuntimeManifest.FileName)))
            .Order(StringComparer.Ordinal);
        var families = await Task.WhenAll(folders.Select(folder => loader.LoadAsync(folder, cancellation)));
        return new RuntimeCatalog(FirstOfEach(families.SelectMany(family => family), settings.Logger));
    }

    private static List<InstalledRuntime> FirstOfEach(IEnumerable<InstalledRuntime> runtimes, ILogger logger)
    {
        var first = new Dictionary<string, InstalledRuntime>(StringComparer.Ordinal);
        foreach (var runtime in runtimes)
        {
            if (!first.TryAdd(runtime.Identifier, runtime))
                logger.LogWarning("Runtime {Identifier} of {Directory} is skipped: {Other} serves it already.",
                    runtime.Identifier, runtime.Directory, first[runtime.Identifier].Interpreter ?? first[runtime.Identifier].Directory);
        }

        // A stable sort: identifiers without a version keep their manifest's order.
        return [.. first.Values
            .OrderBy(runtime => runtime.Family, StringComparer.Ordinal)
            .ThenByDescending(runtime => Version.TryParse(runtime.InterpreterVersion, out var version) ? version : null)];
    }
}
