using System.CommandLine;
using System.Globalization;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth runtimes</c>: what functions of this node can be written in.</summary>
internal static class RuntimesCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("runtimes", "List the runtimes that the node serves.");
        host.Handle(command, (_, session, cancellationToken) => RunAsync(session, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var answer = await session.Client.ListRuntimesAsync(cancellationToken);
        if (session.Json)
        {
            session.WriteJson(answer, CommandJson.Indented.ListRuntimesResponse);
            return ExitCode.Ok;
        }

        var blanks = (await session.Client.ListBlanksAsync(cancellationToken)).Blanks.ToDictionary(blank => blank.Runtime);
        var table = session.Out.TableFor("Runtime", "Family", "Served by", "Waiting");
        foreach (var runtime in answer.Runtimes)
        {
            var waiting = blanks.TryGetValue(runtime.Identifier, out var blank) ? blank.Ready.ToString(CultureInfo.InvariantCulture) : "";
            table.AddTextRow(runtime.Identifier, runtime.Family, runtime.Interpreter ?? "the package's own bootstrap", waiting);
        }

        session.Out.Write(table);
        session.Note($"Node {answer.Node} runs them in sandbox: {answer.Sandbox}");
        return ExitCode.Ok;
    }
}
