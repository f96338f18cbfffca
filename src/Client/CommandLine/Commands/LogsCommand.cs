using System.CommandLine;
using Hearth.Client;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth logs</c>: a function's log lines, and with <c>--follow</c> those to come.</summary>
internal static class LogsCommand
{
    public static Command Create(CommandHost host)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with lines as they are written, until Ctrl-C." };
        var since = Durations.Option("--since", "AGE", "No older than this: 30s, 10m, 2h, 7d.");
        var lines = new Option<int?>("--lines", "-n") { Description = "At most this many of the newest lines.", HelpName = "N" };
        lines.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count < 1) result.AddError("--lines must be at least 1.");
        });

        var command = new Command("logs", "Print a function's log.") { host.Globals.FunctionName, follow, since, lines };
        host.Handle(command, (parsed, session, cancellationToken) =>
        {
            var options = new LogOptions
            {
                Follow = parsed.GetValue(follow),
                Limit = parsed.GetValue(lines),
                Since = parsed.GetValue(since) is { } age ? session.Terminal.Clock.GetUtcNow() - age : null,
            };
            return RunAsync(parsed.GetRequiredValue(host.Globals.FunctionName), options, session, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string name, LogOptions options, Session session, CancellationToken cancellationToken)
    {
        // A log outlives its function, so that a node answers an empty one for any name: only the function says whether it exists.
        if (options.Follow) await session.Client.GetFunctionConfigurationAsync(name, cancellationToken);
        var isEmpty = true;
        await foreach (var line in session.Client.ReadLogsAsync(name, options, cancellationToken))
        {
            isEmpty = false;
            session.WriteLine(line, ApiJson.Relaxed.LogLine, line => (line.Timestamp, line.Message));
        }

        if (isEmpty) await session.Client.GetFunctionConfigurationAsync(name, cancellationToken);
        return ExitCode.Ok;
    }
}
