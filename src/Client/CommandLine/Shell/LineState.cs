namespace Hearth.CommandLine.Shell;

/// <summary>A line while it is typed.</summary>
/// <param name="Cursor">0 before its first character, up to its length.</param>
/// <param name="History">The lines before it, oldest first.</param>
/// <param name="At">Which of them is shown; their count for the line of its own.</param>
/// <param name="Draft">The line of its own while another is shown.</param>
internal sealed record LineState(string Text, int Cursor, IReadOnlyList<string> History, int At, string Draft)
{
    public static LineState Empty(IReadOnlyList<string> history) => new("", 0, history, history.Count, "");

    public LineState With(string text, int cursor) => this with { Text = text, Cursor = cursor };

    /// <summary>What of it fits a width, and in which column of that the cursor is.</summary>
    public (string Visible, int Column) View(int width)
    {
        var first = Math.Max(0, Cursor - width + 1);
        return (Text.Substring(first, Math.Min(width, Text.Length - first)), Cursor - first);
    }
}

/// <summary>What a key has led to.</summary>
internal enum LineEvent
{
    Edited,

    /// <summary>The line is to be carried out.</summary>
    Submitted,

    /// <summary>The line is given up.</summary>
    Abandoned,

    /// <summary>There are no more lines.</summary>
    Ended,

    /// <summary>The screen is to be cleared.</summary>
    Cleared,
}

/// <param name="Candidates">What the word at the cursor may become, to be listed; empty where it is clear.</param>
internal sealed record LineStep(LineState State, LineEvent Event, IReadOnlyList<string> Candidates)
{
    public LineStep(LineState state, LineEvent what = LineEvent.Edited)
        : this(state, what, [])
    {
    }
}
