using System.CommandLine;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Commands;

/// <summary>What <c>hearth delete --json</c> prints.</summary>
internal sealed record DeleteReport(string FunctionName, bool Deleted);

/// <summary><c>hearth delete</c>: removes a function, after asking.</summary>
internal static class DeleteCommand
{
    public static Command Create(CommandHost host)
    {
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var command = new Command("delete", "Delete a function.") { host.Globals.FunctionName, yes };
        host.Handle(command, (parsed, session, cancellationToken) =>
            RunAsync(parsed.GetRequiredValue(host.Globals.FunctionName), parsed.GetValue(yes), session, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, bool isSure, Session session, CancellationToken cancellationToken)
    {
        if (!isSure && !session.Terminal.CanAsk)
            throw new UsageException($"Deleting {name} wants a yes, and there is nobody to ask: add --yes.");

        var deletes = isSure || await session.ConfirmAsync($"Delete {name}?", cancellationToken);
        if (deletes) await session.Client.DeleteFunctionAsync(name, cancellationToken);

        if (session.Json) session.WriteJson(new DeleteReport(name, deletes), CommandJson.Indented.DeleteReport);
        else session.Out.Say(deletes ? $"Deleted {name}" : $"Kept {name}");
        return ExitCode.Ok;
    }
}
