using System.CommandLine;
using Hearth.Client;

namespace Hearth.CommandLine.Hosting;

/// <summary>What several commands take.</summary>
internal sealed class GlobalOptions
{
    public Option<Uri?> Endpoint { get; } = new("--endpoint")
    {
        Description = $"The node's URL. Default: AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL, or {HearthClientOptions.DefaultEndpoint.GetLeftPart(UriPartial.Authority)}",
        HelpName = "URL",
        Recursive = true,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https") return endpoint;
            result.AddError($"--endpoint '{text}' is no http or https URL.");
            return null;
        },
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON on stdout, and nothing else there.",
        Recursive = true,
    };

    /// <summary>The function that a command is about; by it the host knows whose name to suggest others for.</summary>
    public Argument<string> FunctionName { get; } = new("NAME") { Description = "The function's name or ARN." };
}
