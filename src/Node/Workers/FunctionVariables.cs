using Hearth.Contracts.Environments;
using Hearth.Contracts.Identity;
using Hearth.Node.Runtimes;

namespace Hearth.Node.Workers;

/// <summary>The environment variables a function sees. Source: developer guide, "Defined runtime environment variables", and recorded environments.</summary>
internal static class FunctionVariables
{
    /// <summary>
    /// All but those the driver sets. The owner's variables come over the defaults and under the reserved ones, which a
    /// function cannot configure.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Build(EnvironmentSpec spec, InstalledRuntime runtime, string logStream, Partition partition) =>
        Build(spec, Defaults(runtime), spec.Settings.Handler, logStream, partition);

    /// <summary>As above, over defaults that do not come from a managed runtime: those of a container image.</summary>
    /// <param name="handler">What <c>_HANDLER</c> says.</param>
    public static IReadOnlyDictionary<string, string> Build(
        EnvironmentSpec spec, IReadOnlyDictionary<string, string> defaults, string handler, string logStream, Partition partition)
    {
        var variables = new Dictionary<string, string>(defaults);
        Merge(variables, spec.Settings.Environment ?? new Dictionary<string, string>());
        Merge(variables, new Dictionary<string, string>
        {
            ["_HANDLER"] = handler,
            ["AWS_REGION"] = partition.Region,
            ["AWS_DEFAULT_REGION"] = partition.Region,
            ["AWS_ACCESS_KEY_ID"] = "hearth",
            ["AWS_SECRET_ACCESS_KEY"] = "hearth",
            ["AWS_SESSION_TOKEN"] = "hearth",
            ["AWS_LAMBDA_FUNCTION_NAME"] = spec.FunctionName,
            ["AWS_LAMBDA_FUNCTION_VERSION"] = spec.Version,
            ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = spec.Settings.MemoryMib.ToString(),
            ["AWS_LAMBDA_LOG_GROUP_NAME"] = spec.Settings.LogGroup,
            ["AWS_LAMBDA_LOG_STREAM_NAME"] = logStream,
            ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand",
        });
        return variables;
    }

    /// <summary>What a function sees where its owner sets nothing, and what a runtime process starts with before it has a function.</summary>
    public static Dictionary<string, string> Defaults(InstalledRuntime runtime)
    {
        var variables = new Dictionary<string, string>
        {
            ["LANG"] = "C.UTF-8",
            ["TZ"] = ":UTC",
            ["PATH"] = "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            ["LD_LIBRARY_PATH"] = "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
            ["AWS_XRAY_CONTEXT_MISSING"] = "LOG_ERROR",
        };
        Merge(variables, runtime.Environment);
        return variables;
    }

    private static void Merge(Dictionary<string, string> into, IReadOnlyDictionary<string, string> from)
    {
        foreach (var (name, value) in from)
            into[name] = value;
    }
}
