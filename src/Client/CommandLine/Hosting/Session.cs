using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Client;
using Spectre.Console;

namespace Hearth.CommandLine.Hosting;

/// <summary>One run of one command: its client, and how it speaks.</summary>
/// <param name="json">Whether stdout is for JSON alone.</param>
internal sealed class Session(Terminal terminal, HearthClient client, bool json) : IDisposable
{
    public HearthClient Client => client;

    public bool Json => json;

    public Terminal Terminal => terminal;

    public IAnsiConsole Out => terminal.Out;

    public void Dispose() => client.Dispose();

    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => Out.Say(JsonSerializer.Serialize(value, type));

    /// <summary>Says something to the person beside the result.</summary>
    public void Note(string text) => terminal.Error.Say(text);

    /// <summary>Says which nodes a look at all of them went without.</summary>
    public void NoteUnanswered(IReadOnlyList<string> addresses)
    {
        if (addresses.Count > 0) terminal.Error.Warn($"did not answer: {string.Join(", ", addresses)}");
    }

    /// <summary>Prints an answer that goes on: as JSON a line an item, so that a pipe can read while it does.</summary>
    public void WriteLine<T>(T item, JsonTypeInfo<T> type, Func<T, (DateTimeOffset Time, string Text)> print)
    {
        if (json)
        {
            Out.Say(JsonSerializer.Serialize(item, type));
            return;
        }

        var (time, text) = print(item);
        Out.Markup($"[grey]{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}[/]");
        Out.Say($"  {text}");
    }

    /// <summary>Runs work that takes a while; on a terminal a spinner shows the step that the work names.</summary>
    public Task<T> WithProgressAsync<T>(string firstStep, Func<Action<string>, Task<T>> work)
    {
        if (!terminal.Error.Profile.Capabilities.Interactive) return work(static _ => { });
        return terminal.Error.Status().StartAsync(Markup.Escape(firstStep), status => work(step => status.Status(Markup.Escape(step))));
    }

    /// <summary>Asks for a yes, on stderr. Only where <see cref="Terminal.CanAsk"/>.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken)
    {
        await terminal.Error.Profile.Out.Writer.WriteAsync($"{question} [y/N] ");
        using var reader = new StreamReader(terminal.Input, leaveOpen: true);
        // A console read cannot be cancelled; waiting for it can.
        var answer = await Task.Run(reader.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
