using System.CommandLine;
using Hearth.Client;
using Hearth.Contracts.Errors;

namespace Hearth.CommandLine.Hosting;

/// <summary>Runs a command's body with a client for its endpoint, and turns whatever it throws into words and an exit code.</summary>
internal sealed class CommandHost(Terminal terminal)
{
    public GlobalOptions Globals { get; } = new();

    public void Handle(Command command, Func<ParseResult, Session, CancellationToken, Task<int>> body) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, body, cancellationToken));

    public int RefuseArguments(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0)
        {
            var close = Suggestions.Among(command.Subcommands.Select(one => one.Name), parsed.UnmatchedTokens[0]);
            var name = command is RootCommand ? parsed.UnmatchedTokens[0] : $"{command.Name} {parsed.UnmatchedTokens[0]}";
            terminal.Error.Fail($"There is no command '{name}'." + (close.Count > 0 ? $" Did you mean: {string.Join(", ", close)}?" : ""));
        }
        else
        {
            foreach (var error in parsed.Errors) terminal.Error.Fail(error.Message);
        }

        List<string> path = [];
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
            path.Insert(0, at.Command is RootCommand ? "hearth" : at.Command.Name);
        terminal.Error.Say($"See: {string.Join(' ', path)} --help");
        return ExitCode.Usage;
    }

    private async Task<int> RunAsync(
        ParseResult parsed, Func<ParseResult, Session, CancellationToken, Task<int>> body, CancellationToken cancellationToken)
    {
        try
        {
            using var session = OpenSession(parsed);
            try
            {
                return await body(parsed, session, cancellationToken);
            }
            catch (LambdaException refusal)
            {
                return await RefusedAsync(refusal, parsed, session, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (Report(failure) is { } code)
        {
            return code;
        }
    }

    private Session OpenSession(ParseResult parsed)
    {
        try
        {
            var options = new HearthClientOptions { TimeProvider = terminal.Clock };
            if (parsed.GetValue(Globals.Endpoint) is { } endpoint) options = options with { Endpoint = endpoint };
            if (parsed.GetValue(Globals.Certificates) is { } certificates) options = options with { Certificates = certificates };
            return new Session(terminal, new HearthClient(options), parsed.GetValue(Globals.Json));
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private async Task<int> RefusedAsync(LambdaException refusal, ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        terminal.Error.Fail($"{refusal.Code.Name}: {refusal.Message}" + (refusal.Reason is null ? "" : $" ({refusal.Reason})"));
        if (refusal.Code == ErrorCode.ResourceNotFound && await CloseNamesAsync(parsed, session.Client, cancellationToken) is { Count: > 0 } close)
            terminal.Error.Say($"Did you mean: {string.Join(", ", close)}?");
        return ExitCode.Refused;
    }

    /// <summary>For the first name of the command line that does not exist.</summary>
    private async Task<IReadOnlyList<string>> CloseNamesAsync(ParseResult parsed, HearthClient client, CancellationToken cancellationToken)
    {
        foreach (var (symbol, kind) in Globals.Named)
        {
            if (parsed.GetResult(symbol) is not { Tokens: [var given, ..] }) continue;
            var names = await KnownNames.AskAsync(client, kind, cancellationToken);
            if (!names.Contains(given.Value)) return Suggestions.Among(names, given.Value);
        }

        return [];
    }

    /// <summary>Says what failed; null for what is a bug and should end with its stack.</summary>
    private int? Report(Exception failure)
    {
        switch (failure)
        {
            case UsageException:
                terminal.Error.Fail(failure.Message);
                return ExitCode.Usage;
            case FunctionNotReadyException or TimeoutException:
                terminal.Error.Fail(failure.Message);
                return ExitCode.FunctionError;
            case HearthUnreachableException:
                terminal.Error.Fail(failure.Message);
                terminal.Error.Say("Start a node with `hearth-node` or ./deploy/quickstart.sh, or name another by --endpoint or AWS_ENDPOINT_URL.");
                return ExitCode.Unreachable;
            default:
                return null;
        }
    }
}
