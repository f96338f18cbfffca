using System.CommandLine;
using Hearth.CommandLine.Hosting;
using Hearth.CommandLine.Shell;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth shell</c>: commands one after the other, typed or from a pipe.</summary>
internal static class ShellCommand
{
    public const string Name = HearthShell.ShellCommandName;

    public static Command Create(CommandHost host)
    {
        var command = new Command(Name, "Carry out commands line by line: typed, with Tab for names and the arrows for earlier lines, or from a pipe.");
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            List<string> globals = parsed.GetValue(host.Globals.Endpoint) is { } endpoint ? [host.Globals.Endpoint.Name, endpoint.ToString()] : [];
            if (session.Json) globals.Add(host.Globals.Json.Name);
            var shell = new HearthShell(session.Terminal, (RootCommand)parsed.RootCommandResult.Command, host.Globals.Names, globals);
            return await shell.RunAsync(session.Client, cancellationToken);
        });
        return command;
    }
}
