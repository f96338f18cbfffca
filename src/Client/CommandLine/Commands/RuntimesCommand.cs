using System.CommandLine;
using System.Globalization;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

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

        var blanks = (await session.Client.ListBlanksAsync(cancellationToken)).Blanks.ToLookup(blank => blank.Runtime);
        var table = session.Out.TableFor("Runtime", "Family", "Served by", "Waiting");
        foreach (var runtime in answer.Runtimes)
        {
            var waiting = blanks[runtime.Identifier].OrderBy(blank => blank.MemoryMib).Select(Waiting);
            table.AddTextRow(runtime.Identifier, runtime.Family, runtime.Interpreter ?? "the package's own bootstrap", string.Join(", ", waiting));
        }

        session.Out.Write(table);
        session.Note($"Node {answer.Node} runs them in sandbox: {answer.Sandbox}");
        return ExitCode.Ok;
    }

    // With their memory size where they do for no other.
    private static string Waiting(BlankDescription blank)
    {
        var ready = blank.Ready.ToString(CultureInfo.InvariantCulture);
        return blank.MemoryMib is { } memoryMib ? string.Create(CultureInfo.InvariantCulture, $"{ready} of {memoryMib} MB") : ready;
    }
}
