using System.CommandLine;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth log tail</c>: what a node itself says; a function's log is <c>hearth logs</c>.</summary>
internal static class LogCommand
{
    public static Command Create(CommandHost host) => new("log", "Read a node's own log.") { Tail(host) };

    private static Command Tail(CommandHost host)
    {
        var level = new Option<string?>("--level") { Description = "The least: debug, information, warning, error, critical. Default: information", HelpName = "LEVEL" };
        level.CompletionSources.Add("debug", "information", "warning", "error", "critical");
        var time = Durations.Option("--for", "TIME", "End after this: 30s, 10m, 2h. Default: with Ctrl-C.");
        var command = new Command("tail", "Print a node's newest log lines, and those to come.") { host.Globals.Node, level, time };
        host.Handle(command, (parsed, session, cancellationToken) => Durations.RunForAsync(parsed.GetValue(time), session.Terminal.Clock, async stop =>
        {
            await foreach (var line in session.Client.ReadNodeLogAsync(parsed.GetValue(host.Globals.Node), parsed.GetValue(level), stop))
                session.WriteLine(line, ApiJson.Relaxed.NodeLogLine, line => (line.Timestamp, $"{line.Level}  {line.Source}: {line.Message}"));
        }, cancellationToken));
        return command;
    }
}
