using System.CommandLine;

namespace Hearth.Node.Hosting;

/// <summary>Reads <c>hearth-node</c>'s command line, environment and <c>appsettings.json</c>, in this order of precedence.</summary>
internal static class NodeCommandLine
{
    /// <summary>Wrong usage, as sysexits has it.</summary>
    public const int UsageError = 64;

    /// <summary>The options; or an exit code, with everything there is to say already printed.</summary>
    public static (NodeOptions? Options, int ExitCode) Read(string[] args)
    {
        var options = NodeSettings.All.ToDictionary(setting => setting, setting => new Option<string?>(setting.Option)
        {
            HelpName = setting.Value,
            Description = $"{setting.Description}{(setting.Default.Length > 0 ? $" [default: {setting.Default}]" : "")} [{setting.Variable}]",
        });
        NodeOptions? read = null;
        var root = new RootCommand("Runs AWS Lambda functions on this machine. Each option can be given in the environment and in appsettings.json as well.");
        foreach (var option in options.Values)
            root.Options.Add(option);

        root.SetAction(parsed =>
        {
            var files = new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
                .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
                .Build();
            var (valid, errors) = NodeSettings.Read(setting =>
                parsed.GetValue(options[setting]) ?? Environment.GetEnvironmentVariable(setting.Variable) ?? files[setting.Key]);
            foreach (var error in errors)
                Console.Error.WriteLine($"hearth-node: {error}");
            read = valid;
            return errors.Count == 0 ? 0 : UsageError;
        });
        var parsed = root.Parse(args);
        var exitCode = parsed.Invoke();
        return (read, parsed.Errors.Count > 0 ? UsageError : exitCode);
    }
}
