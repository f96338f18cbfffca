using System.CommandLine;
using Hearth.Client;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Shell;

/// <summary>Carries out commands line by line: from a person's keyboard, with history and completion, or from a pipe.</summary>
/// <param name="root">What completion knows.</param>
/// <param name="names">What it completes names by; read anew while the person types.</param>
/// <param name="globals">Options that every line begins with, unless it gives them itself.</param>
internal sealed class HearthShell(Terminal terminal, RootCommand root, KnownNames names, IReadOnlyList<string> globals)
{
    private const string Usage = "Type a command of hearth without its name, as: cluster show. Tab completes, the arrows bring back, exit ends.";

    internal const string ShellCommandName = "shell";

    private static readonly TimeSpan FirstNames = TimeSpan.FromSeconds(3);

    private Task _reading = Task.CompletedTask;
    private Task? _first;

    /// <returns>From a pipe, the code of the first command that failed; 0 where all is done, and for a person.</returns>
    public Task<int> RunAsync(HearthClient client, CancellationToken cancellationToken) =>
        terminal.ReadKey is { } readKey ? AskAsync(readKey, client, cancellationToken) : ReadAsync(cancellationToken);

    private async Task<int> AskAsync(Func<ConsoleKeyInfo> readKey, HearthClient client, CancellationToken cancellationToken)
    {
        terminal.Error.Say(Usage);
        var prompt = new Prompt(terminal, readKey, Complete);
        while (true)
        {
            if (_reading.IsCompleted) _reading = ReadNamesAsync(client, cancellationToken);
            _first ??= _reading;
            // A key cannot be waited for without a thread.
            var line = await Task.Run(prompt.ReadLine, cancellationToken);
            if (line is null || Parse(line) is not { } words) return ExitCode.Ok;
            if (words.Length > 0) await CarryOutAsync(words, terminal with { ReadKey = null }, cancellationToken);
        }
    }

    private async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        // The lines are commands: none of them may read the rest as its own input.
        var inner = terminal with { Input = Stream.Null, CanAsk = false };
        using var reader = new StreamReader(terminal.Input, leaveOpen: true);
        var failed = ExitCode.Ok;
        while (await reader.ReadLineAsync(cancellationToken) is { } line && Parse(line) is { } words)
        {
            if (words.Length == 0) continue;
            var code = await CarryOutAsync(words, inner, cancellationToken);
            if (code == ExitCode.Interrupted) return code;
            if (failed == ExitCode.Ok) failed = code;
        }

        return failed;
    }

    /// <summary>None for a line that asks for nothing; null where the line ends it all.</summary>
    private string[]? Parse(string line)
    {
        var words = line.TrimStart().StartsWith('#') ? [] : Words.Split(line);
        if (words is null) terminal.Error.Fail("A quote is not closed.");
        return words switch
        {
            ["exit" or "quit"] => null,
            ["help", .. var rest] => [.. rest, "--help"],
            ["hearth", .. var rest] => rest,
            _ => words ?? [],
        };
    }

    private Task<int> CarryOutAsync(string[] words, Terminal inner, CancellationToken cancellationToken)
    {
        if (words is [ShellCommandName, ..])
        {
            terminal.Error.Fail("This is the shell already.");
            return Task.FromResult(ExitCode.Usage);
        }

        return HearthCommand.RunAsync([.. words.Any(word => globals.Contains(word)) ? [] : globals, .. words], inner, cancellationToken);
    }

    /// <summary>The words that may stand at the end of this line.</summary>
    private IReadOnlyList<string> Complete(string line)
    {
        // On the thread of the keys. The names of an earlier moment will do; for the first ones it is worth waiting a little.
        _first?.Wait(FirstNames);
        // Without its last word, which may be a command already and the beginning of another.
        var before = line[..(line.LastIndexOf(' ') + 1)];
        var word = line[before.Length..];
        return
        [
            .. root.Parse(before).GetCompletions(before.Length).Select(item => item.Label)
                .Where(label => label.StartsWith('-') == word.StartsWith('-') && label is not ("-?" or "/?" or "/h"))
                .Where(label => label != ShellCommandName),
        ];
    }

    private async Task ReadNamesAsync(HearthClient client, CancellationToken cancellationToken)
    {
        try
        {
            await names.ReadAsync(client, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Those from before will do.
        }
    }
}
