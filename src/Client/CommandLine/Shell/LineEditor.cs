namespace Hearth.CommandLine.Shell;

/// <summary>What each key does to a line, as other shells have it. Pure.</summary>
internal static class LineEditor
{
    /// <param name="complete">The words that may stand where the cursor is, for a line up to there.</param>
    public static LineStep Apply(LineState line, ConsoleKeyInfo key, Func<string, IReadOnlyList<string>> complete) =>
        key.Modifiers.HasFlag(ConsoleModifiers.Control) ? Control(line, key) : key.Key switch
        {
            ConsoleKey.Enter => new LineStep(line, LineEvent.Submitted),
            ConsoleKey.Tab => Complete(line, complete),
            ConsoleKey.Backspace => new LineStep(Remove(line, line.Cursor - 1)),
            ConsoleKey.Delete => new LineStep(Remove(line, line.Cursor)),
            ConsoleKey.LeftArrow => new LineStep(Move(line, line.Cursor - 1)),
            ConsoleKey.RightArrow => new LineStep(Move(line, line.Cursor + 1)),
            ConsoleKey.Home => new LineStep(Move(line, 0)),
            ConsoleKey.End => new LineStep(Move(line, line.Text.Length)),
            ConsoleKey.UpArrow => new LineStep(Recall(line, line.At - 1)),
            ConsoleKey.DownArrow => new LineStep(Recall(line, line.At + 1)),
            _ => new LineStep(char.IsControl(key.KeyChar) ? line : Insert(line, key.KeyChar.ToString())),
        };

    private static LineStep Control(LineState line, ConsoleKeyInfo key) => key.Key switch
    {
        ConsoleKey.C => new LineStep(line, LineEvent.Abandoned),
        ConsoleKey.D when line.Text.Length == 0 => new LineStep(line, LineEvent.Ended),
        ConsoleKey.D => new LineStep(Remove(line, line.Cursor)),
        ConsoleKey.L => new LineStep(line, LineEvent.Cleared),
        ConsoleKey.A => new LineStep(Move(line, 0)),
        ConsoleKey.E => new LineStep(Move(line, line.Text.Length)),
        ConsoleKey.B => new LineStep(Move(line, line.Cursor - 1)),
        ConsoleKey.F => new LineStep(Move(line, line.Cursor + 1)),
        ConsoleKey.P => new LineStep(Recall(line, line.At - 1)),
        ConsoleKey.N => new LineStep(Recall(line, line.At + 1)),
        ConsoleKey.H => new LineStep(Remove(line, line.Cursor - 1)),
        ConsoleKey.J or ConsoleKey.M => new LineStep(line, LineEvent.Submitted),
        ConsoleKey.U => new LineStep(line.With(line.Text[line.Cursor..], 0)),
        ConsoleKey.K => new LineStep(line.With(line.Text[..line.Cursor], line.Cursor)),
        ConsoleKey.W => new LineStep(RemoveWord(line)),
        _ => new LineStep(line),
    };

    private static LineState Insert(LineState line, string text) => line.With(line.Text.Insert(line.Cursor, text), line.Cursor + text.Length);

    private static LineState Remove(LineState line, int at) => at < 0 || at >= line.Text.Length ? line : line.With(line.Text.Remove(at, 1), at);

    private static LineState Move(LineState line, int cursor) => line with { Cursor = Math.Clamp(cursor, 0, line.Text.Length) };

    private static LineState RemoveWord(LineState line)
    {
        var kept = line.Text[..line.Cursor].TrimEnd();
        kept = kept[..(kept.LastIndexOf(' ') + 1)];
        return line.With(kept + line.Text[line.Cursor..], kept.Length);
    }

    private static LineState Recall(LineState line, int at)
    {
        if (at < 0 || at > line.History.Count || at == line.At) return line;
        var draft = line.At == line.History.Count ? line.Text : line.Draft;
        var text = at == line.History.Count ? draft : line.History[at];
        return new LineState(text, text.Length, line.History, at, draft);
    }

    // As far as all candidates agree; where that is no further, they are listed.
    private static LineStep Complete(LineState line, Func<string, IReadOnlyList<string>> complete)
    {
        var before = line.Text[..line.Cursor];
        var word = before[(before.LastIndexOf(' ') + 1)..];
        var candidates = complete(before).Where(candidate => candidate.StartsWith(word, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal).ToList();
        return candidates switch
        {
            [] => new LineStep(line),
            [var only] => new LineStep(Insert(line, only[word.Length..] + " ")),
            _ when CommonPrefix(candidates) is var common && common.Length > word.Length => new LineStep(Insert(line, common[word.Length..])),
            _ => new LineStep(line, LineEvent.Edited, candidates),
        };
    }

    private static string CommonPrefix(List<string> words) => words.Aggregate((prefix, word) =>
    {
        var length = 0;
        while (length < Math.Min(prefix.Length, word.Length) && prefix[length] == word[length]) length++;
        return prefix[..length];
    });
}
