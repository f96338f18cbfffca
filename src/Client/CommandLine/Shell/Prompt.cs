using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Shell;

/// <summary>Reads lines from a person's keyboard: draws what <see cref="LineEditor"/> makes of the keys.</summary>
internal sealed class Prompt(Terminal terminal, Func<ConsoleKeyInfo> readKey, Func<string, IReadOnlyList<string>> complete)
{
    private const string Text = "hearth> ";
    private const int MostHistory = 500, MostCandidates = 100;

    private readonly List<string> _history = [];

    private TextWriter Writer => terminal.Out.Profile.Out.Writer;

    /// <summary>The next line; null where there are no more.</summary>
    public string? ReadLine()
    {
        var line = LineState.Empty([.. _history]);
        while (true)
        {
            Draw(line);
            var step = LineEditor.Apply(line, readKey(), complete);
            line = step.State;
            switch (step.Event)
            {
                case LineEvent.Submitted:
                    End(line);
                    Remember(line.Text);
                    return line.Text;
                case LineEvent.Ended:
                    Writer.WriteLine();
                    return null;
                case LineEvent.Abandoned:
                    End(line);
                    line = LineState.Empty([.. _history]);
                    break;
                case LineEvent.Cleared:
                    Writer.Write("\e[H\e[2J");
                    break;
                case LineEvent.Edited when step.Candidates.Count > 0:
                    End(line);
                    List(step.Candidates);
                    break;
            }
        }
    }

    private void Draw(LineState line)
    {
        var (visible, column) = line.View(Math.Max(10, terminal.Out.Profile.Width - Text.Length - 1));
        Writer.Write($"\r\e[K{Text}{visible}\r\e[{Text.Length + column}C");
        Writer.Flush();
    }

    private void End(LineState line)
    {
        Draw(line with { Cursor = line.Text.Length });
        Writer.WriteLine();
    }

    private void List(IReadOnlyList<string> candidates)
    {
        Writer.WriteLine(string.Join("  ", candidates.Take(MostCandidates)) + (candidates.Count > MostCandidates ? $"  and {candidates.Count - MostCandidates} more" : ""));
    }

    private void Remember(string line)
    {
        if (line.Trim().Length == 0 || _history.LastOrDefault() == line) return;
        _history.Add(line);
        if (_history.Count > MostHistory) _history.RemoveAt(0);
    }
}
