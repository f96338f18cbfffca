using System.CommandLine;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth egress</c>: which functions may reach what, as the node's operator has set it.</summary>
internal static class EgressCommand
{
    public static Command Create(CommandHost host)
    {
        var name = new Argument<string?>("NAME") { Description = "Only what holds for this function.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("egress", "Show which functions are granted which network.") { name };
        host.Handle(command, (parsed, session, cancellationToken) => RunAsync(parsed.GetValue(name), session, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? name, Session session, CancellationToken cancellationToken)
    {
        var answer = await session.Client.ListEgressAsync(name, cancellationToken);
        if (session.Json)
        {
            session.WriteJson(answer, CommandJson.Indented.ListEgressResponse);
            return ExitCode.Ok;
        }

        if (answer.Grants.Count == 0)
        {
            session.Note($"{name ?? "No function"} has {(name is null ? "a" : "no")} network: {answer.File} grants none");
            return ExitCode.Ok;
        }

        var table = session.Out.TableFor("Function", "Reaches");
        foreach (var grant in answer.Grants) table.AddTextRow(grant.Pattern, grant.Reaches.Count == 0 ? "none" : string.Join("; ", grant.Reaches));
        session.Out.Write(table);
        session.Note($"Granted in {answer.File}; name servers: {(answer.Resolvers.Count == 0 ? "none" : string.Join(", ", answer.Resolvers))}");
        if (answer.Never.Count > 0) session.Note($"Never: {string.Join(", ", answer.Never)}");
        return ExitCode.Ok;
    }
}
