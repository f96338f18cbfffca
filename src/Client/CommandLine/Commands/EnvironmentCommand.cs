using System.CommandLine;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth environment</c>: execution environments, on whichever node.</summary>
internal static class EnvironmentCommand
{
    public static Command Create(CommandHost host) => new("environment", "Look at execution environments; end one.") { List(host), Kill(host) };

    private static Command List(CommandHost host)
    {
        var command = new Command("list", "List the execution environments of all nodes.") { host.Globals.Node, host.Globals.Function };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            var answer = await session.Client.ListAllEnvironmentsAsync(
                parsed.GetValue(host.Globals.Node), parsed.GetValue(host.Globals.Function), cancellationToken);
            if (session.Json) session.WriteJson(answer, CommandJson.Indented.ListNodeEnvironmentsResponse);
            else Print(answer, session);
            session.NoteUnanswered(answer.Unanswered);
            if (answer.Incomplete.Count > 0) session.Terminal.Error.Warn($"have more than was read in time: {string.Join(", ", answer.Incomplete)}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(ListNodeEnvironmentsResponse answer, Session session)
    {
        var now = session.Terminal.Clock.GetUtcNow();
        var table = session.Out.TableFor("Environment", "Function", "Node", "State", "Memory", "Age", "Last used", "Request");
        foreach (var one in answer.Environments)
        {
            table.AddTextRow(
                one.EnvironmentId, one.FunctionName, one.NodeId, one.State, $"{one.MemoryMib} MiB", Output.Age(now - one.StartedAt),
                $"{Output.Age(now - one.LastUsed)} ago", one.RequestId ?? "");
        }

        session.Out.Write(table);
        session.Out.Say($"Count: {answer.Environments.Count} environments");
    }

    private static Command Kill(CommandHost host)
    {
        var command = new Command("kill", "End an execution environment at once; an invocation in it fails.") { host.Globals.EnvironmentId };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            var answer = await session.Client.KillEnvironmentAsync(parsed.GetRequiredValue(host.Globals.EnvironmentId), cancellationToken);
            if (session.Json) session.WriteJson(answer, CommandJson.Indented.KillEnvironmentResponse);
            else session.Out.Say($"Killed {answer.EnvironmentId} on {answer.NodeId}");
            return ExitCode.Ok;
        });
        return command;
    }
}
