using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Hearth.Client;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;
using Spectre.Console;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth logs</c>: a function's log lines, and with <c>--follow</c> those to come.</summary>
internal static class LogsCommand
{
    public static Command Create(CommandHost host)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with lines as they are written, until Ctrl-C." };
        var since = new Option<TimeSpan?>("--since") { Description = "No older than this: 30s, 10m, 2h, 7d.", HelpName = "AGE", CustomParser = ParseAge };
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
            if (session.Json)
            {
                // One line of JSON a log line, so that a pipe can read while this goes on.
                session.Out.Say(JsonSerializer.Serialize(line, ApiJson.Relaxed.LogLine));
                continue;
            }

            session.Out.Markup($"[grey]{line.Timestamp.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}[/]");
            session.Out.Say($"  {line.Message}");
        }

        if (isEmpty) await session.Client.GetFunctionConfigurationAsync(name, cancellationToken);
        return ExitCode.Ok;
    }

    private static TimeSpan? ParseAge(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        TimeSpan? unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        // Five digits of days are within what a date can go back.
        if (unit is { } length && text.Length <= 6 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return count * length;
        result.AddError($"--since '{text}' is no age such as 30s, 10m, 2h or 7d.");
        return null;
    }
}
