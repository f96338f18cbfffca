using System.CommandLine;
using Hearth.Client;

namespace Hearth.CommandLine.Hosting;

/// <summary>What several commands take.</summary>
internal sealed class GlobalOptions
{
    public GlobalOptions()
    {
        Named =
        [
            (FunctionName, NameKind.Function), (Function, NameKind.Function), (NodeName, NameKind.Node), (Node, NameKind.Node),
            (MemberAddress, NameKind.Member), (LeavingAddress, NameKind.Member), (RegionName, NameKind.Region), (EnvironmentId, NameKind.Environment),
        ];
        foreach (var (symbol, kind) in Named)
        {
            if (symbol is Argument argument) argument.CompletionSources.Add(_ => Names[kind]);
            else if (symbol is Option option) option.CompletionSources.Add(_ => Names[kind]);
        }
    }

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

    public Option<string?> Certificates { get; } = new("--certificates")
    {
        Description = "A folder with ca.pem, client.pem and client.key, by which a node on another machine knows you over https. Default: HEARTH_CERTIFICATES",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON on stdout, and nothing else there.",
        Recursive = true,
    };

    /// <summary>The function that a command is about.</summary>
    public Argument<string> FunctionName { get; } = new("NAME") { Description = "The function's name or ARN." };

    public Option<string?> Function { get; } = new("--function") { Description = "Only what is this function's.", HelpName = "NAME" };

    public Argument<string> NodeName { get; } = new("NODE") { Description = "The node's id, its address, or the host:port of it." };

    public Option<string?> Node { get; } = new("--node") { Description = "The node, by its id, its address, or the host:port of it.", HelpName = "NODE" };

    public Argument<string> MemberAddress { get; } = new("ADDRESS") { Description = "The member's address, or the host:port of it." };

    public Argument<string?> LeavingAddress { get; } = new("ADDRESS")
    {
        Description = "The member's address, or the host:port of it. Default: the node that is asked.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Argument<string?> RegionName { get; } = new("REGION") { Description = "The shard region's name. Default: all.", Arity = ArgumentArity.ZeroOrOne };

    public Argument<string> EnvironmentId { get; } = new("ID") { Description = "The execution environment's id." };

    /// <summary>Where names are given, and of what: by these the host knows whose to suggest, and the shell whose to complete.</summary>
    public IReadOnlyList<(Symbol Symbol, NameKind Kind)> Named { get; }

    public KnownNames Names { get; } = new();
}
