using System.CommandLine;
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

        var table = session.Out.TableFor("Runtime", "Family", "Served by");
        foreach (var runtime in answer.Runtimes) table.AddTextRow(runtime.Identifier, runtime.Family, runtime.Interpreter ?? "the package's own bootstrap");
        session.Out.Write(table);
        session.Note($"Node {answer.Node} runs them in sandbox: {answer.Sandbox}");
        return ExitCode.Ok;
    }
}
