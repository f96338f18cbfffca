using System.Text.Json;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Tools;

/// <summary>AWS's own command line, pointed at a node.</summary>
internal sealed class AwsCli(Uri endpoint)
{
    private const string Program = "/usr/bin/aws";

    private static readonly Dictionary<string, string> Credentials = new()
    {
        ["AWS_ACCESS_KEY_ID"] = "hearth",
        ["AWS_SECRET_ACCESS_KEY"] = "hearth",
        ["AWS_DEFAULT_REGION"] = "us-east-1",
        ["AWS_PAGER"] = "",
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
    };

    public AwsCli(Node node)
        : this(node.Address)
    {
    }

    /// <summary>Runs <c>aws lambda …</c> and reads the JSON it prints; undefined where it prints nothing.</summary>
    public async Task<JsonElement> LambdaAsync(params string[] arguments)
    {
        var result = await TryLambdaAsync(arguments);
        Assert.True(result.ExitCode == 0, $"aws lambda {string.Join(' ', arguments)}: {result.ExitCode}\n{result.Output}{result.Error}");
        return result.Output.Trim().Length == 0 ? default : JsonDocument.Parse(result.Output).RootElement;
    }

    public Task<CommandResult> TryLambdaAsync(params string[] arguments) =>
        Command.TryRunAsync(Program, ["--endpoint-url", endpoint.ToString(), "--output", "json", "lambda", .. arguments], Credentials);
}
