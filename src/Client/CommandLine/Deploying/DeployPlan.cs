using Hearth.Client;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Identity;

namespace Hearth.CommandLine.Deploying;

/// <summary>What a deployment is to bring about: the folder's package and the function's settings, checked as far as they can be here.</summary>
/// <param name="Current">The function as it is; null where there is none yet.</param>
/// <param name="Guessed">What was guessed and from what, for the user to read; null where nothing was.</param>
internal sealed record DeployPlan(DeploySettings Settings, FolderZip Package, FunctionConfiguration? Current, string? Guessed)
{
    /// <param name="flags">What the command line says; it wins over <c>hearth.json</c>.</param>
    public static async Task<DeployPlan> MakeAsync(string folder, DeploySettings flags, HearthClient client, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            throw new UsageException(File.Exists(folder) ? $"{folder} is a file; deploy the folder it lies in." : $"There is no folder {folder}.");
        var file = SettingsFile.Read(folder);
        var settings = flags.Over(file);
        settings = settings with { Name = NameOf(settings.Name, folder) };
        var package = FolderZip.Of(PackageFiles.Of(folder, IgnoreRules.Of(folder)), cancellationToken);

        var current = await FindAsync(settings.Name, client, cancellationToken);
        if (current is not null && file.Environment is null && flags.Environment is not null)
        {
            // A flag sets one variable; only hearth.json speaks of all of them.
            settings = settings.Over(new DeploySettings(Environment: current.Environment?.Variables));
        }

        var (complete, guessed) = await CompleteAsync(settings, current, folder, client, cancellationToken);
        return new DeployPlan(complete, package, current, guessed);
    }

    private static string NameOf(string? given, string folder)
    {
        var name = given ?? new DirectoryInfo(Path.GetFullPath(folder)).Name;
        if (FunctionReference.TryParse(name, out var reference) && reference.Name == name) return name;
        throw new UsageException($"'{name}' cannot be a function's name, which has 1 to 64 letters, digits, - and _. Give one by --name.");
    }

    private static async Task<FunctionConfiguration?> FindAsync(string name, HearthClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetFunctionConfigurationAsync(name, cancellationToken);
        }
        catch (LambdaException refusal) when (refusal.Code == ErrorCode.ResourceNotFound)
        {
            return null;
        }
    }

    /// <summary>Guesses what a new function lacks, and checks the runtime against what the node serves.</summary>
    private static async Task<(DeploySettings, string?)> CompleteAsync(
        DeploySettings settings, FunctionConfiguration? current, string folder, HearthClient client, CancellationToken cancellationToken)
    {
        var isComplete = settings is { Runtime: not null, Handler: not null };
        if (current is not null && (settings.Runtime ?? current.Runtime) == current.Runtime) return (settings, null);

        var served = (await client.ListRuntimesAsync(cancellationToken)).Runtimes;
        if (settings.Runtime is { } runtime && !served.Any(one => one.Identifier == runtime))
            throw new UsageException($"The node does not serve the runtime '{runtime}'. It serves: {Listed(served)}.");
        if (current is not null || isComplete) return (settings, null);

        var guess = RuntimeGuess.For(folder) ?? throw new UsageException(
            $"Nothing in {folder} says what its {(settings.Runtime is null ? "runtime" : "handler")} is: there is no executable bootstrap, no lambda_function.py, app.py or main.py, " +
            $"no index.mjs or index.js, no package.json. Give --runtime and --handler; the node serves: {Listed(served)}.");
        if (settings.Runtime?.StartsWith(guess.RuntimePrefix, StringComparison.Ordinal) == false)
            throw new UsageException($"The runtime is {settings.Runtime}, but {guess.Because} looks like {guess.RuntimePrefix}: give --handler too.");
        var newest = settings.Runtime ?? guess.Newest(served)
            ?? throw new UsageException($"{folder} looks like {guess.RuntimePrefix} ({guess.Because}), which the node does not serve. It serves: {Listed(served)}.");
        var full = settings with { Runtime = newest, Handler = settings.Handler ?? guess.Handler };
        return (full, $"Guessed from {guess.Because}: runtime {full.Runtime}, handler {full.Handler}");
    }

    private static string Listed(IEnumerable<RuntimeDescription> served) => string.Join(", ", served.Select(runtime => runtime.Identifier));
}
