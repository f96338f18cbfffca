using System.CommandLine;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth list</c>: the node's functions.</summary>
internal static class ListCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("list", "List the node's functions.");
        host.Handle(command, (_, session, cancellationToken) => RunAsync(session, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        List<FunctionConfiguration> functions = [];
        await foreach (var function in session.Client.ListFunctionsAsync(cancellationToken)) functions.Add(function);

        if (session.Json) session.WriteJson(functions, CommandJson.Indented.IReadOnlyListFunctionConfiguration);
        else if (functions.Count == 0) session.Note("No functions yet. Deploy a folder with: hearth deploy DIR");
        else Print(functions, session);
        return ExitCode.Ok;
    }

    private static void Print(List<FunctionConfiguration> functions, Session session)
    {
        var table = session.Out.TableFor("Name", "Runtime", "Memory", "Timeout", "Code", "State", "Last modified");
        foreach (var function in functions)
        {
            table.AddTextRow(
                function.FunctionName,
                function.Runtime ?? "",
                $"{function.MemorySize} MB",
                $"{function.Timeout} s",
                Output.Size(function.CodeSize),
                function.State.ToString(),
                function.LastModified);
        }

        session.Out.Write(table);
    }
}
