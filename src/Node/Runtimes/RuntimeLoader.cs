namespace Hearth.Node.Runtimes;

/// <summary>Turns one folder of <c>runtimes/</c> into the runtimes this machine can serve with it.</summary>
internal sealed class RuntimeLoader(RuntimeCatalogSettings settings)
{
    private readonly InterpreterSearch _search = new(settings.InterpreterRoot);
    private readonly InterpreterProbe _probe = new(settings.ProbeDeadline, settings.Time);

    /// <summary>In the order of the manifest's interpreters and identifiers; empty where the folder cannot be used.</summary>
    public async Task<IReadOnlyList<InstalledRuntime>> LoadAsync(string folder, CancellationToken cancellation)
    {
        try
        {
            var manifest = await RuntimeManifest.ReadAsync(Path.Combine(folder, RuntimeManifest.FileName), cancellation);
            if (manifest.Requires.FirstOrDefault(name => !File.Exists(Path.Combine(folder, name))) is { } missing)
            {
                // No warning: whoever built this node was told that it is left out.
                settings.Logger.LogInformation("Runtime {Family} is not offered: {Folder} has no {File}.", manifest.Family, folder, missing);
                return [];
            }

            if (manifest.Interpreters.Count == 0)
                return [.. manifest.Identifiers.Select(identifier => Realise(manifest, folder, identifier, null, null))];
            var programs = _search.Find(manifest.Interpreters);
            var found = await Task.WhenAll(programs.Select(program => ProbedAsync(manifest, folder, program, cancellation)));
            return [.. found.SelectMany(runtimes => runtimes)];
        }
        catch (RuntimeManifestException e)
        {
            settings.Logger.LogWarning("A runtime is skipped: {Reason}", e.Message);
            return [];
        }
    }

    private async Task<IEnumerable<InstalledRuntime>> ProbedAsync(
        RuntimeManifest manifest, string folder, string program, CancellationToken cancellation)
    {
        try
        {
            var version = await _probe.VersionAsync(program, manifest.Version!, cancellation);
            return [.. manifest.Identifiers.Select(identifier => Realise(manifest, folder, identifier, program, version))];
        }
        catch (InterpreterProbeException e)
        {
            settings.Logger.LogWarning("An interpreter of runtime {Family} is skipped: {Reason}", manifest.Family, e.Message);
            return [];
        }
    }

    private static InstalledRuntime Realise(
        RuntimeManifest manifest, string folder, string template, string? program, string? version)
    {
        var values = new Dictionary<string, string>();
        if (program is not null && version is not null)
        {
            var parts = version.Split('.');
            values["interpreter"] = program;
            values["major"] = parts[0];
            values["minor"] = parts.ElementAtOrDefault(1) ?? "0";
        }

        values["identifier"] = Placeholders.Fill(template, values);
        return new InstalledRuntime(
            values["identifier"],
            manifest.Family,
            program,
            version,
            folder,
            [.. manifest.Command.Select(argument => Placeholders.Fill(argument, values))],
            manifest.Environment.ToDictionary(variable => variable.Key, variable => Placeholders.Fill(variable.Value, values)),
            manifest.Blank);
    }
}
