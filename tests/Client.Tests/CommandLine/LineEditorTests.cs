using Hearth.CommandLine.Shell;

namespace Hearth.Client.Tests.CommandLine;

/// <summary>What keys make of a line. <c>|</c> is the cursor.</summary>
public sealed class LineEditorTests
{
    private static readonly string[] Known = ["cluster", "cluster-sharding", "node", "hello"];

    [Theory]
    [InlineData("ab|", "x", "abx|")]
    [InlineData("a|b", "x", "ax|b")]
    [InlineData("ab|", "<Left>", "a|b")]
    [InlineData("|ab", "<Left>", "|ab")]
    [InlineData("ab|", "<Right>", "ab|")]
    [InlineData("ab|", "<Home>", "|ab")]
    [InlineData("|ab", "<End>", "ab|")]
    [InlineData("a|b", "<Backspace>", "|b")]
    [InlineData("|ab", "<Backspace>", "|ab")]
    [InlineData("a|b", "<Delete>", "a|")]
    [InlineData("ab|", "<Delete>", "ab|")]
    [InlineData("ab cd|ef", "<^U>", "|ef")]
    [InlineData("ab cd|ef", "<^K>", "ab cd|")]
    [InlineData("ab cd  |ef", "<^W>", "ab |ef")]
    [InlineData("|", "<^W>", "|")]
    [InlineData("ab|", "<^A>x<^E>y", "xaby|")]
    [InlineData("a|b", "<^D>", "a|")]
    [InlineData("ab|", "<Escape><F5>", "ab|")]
    [InlineData("n|", "<Tab>", "node |")]
    [InlineData("show h|", "<Tab>", "show hello |")]
    [InlineData("c|", "<Tab>", "cluster|")]
    [InlineData("x|", "<Tab>", "x|")]
    [InlineData("n| x", "<Tab>", "node | x")]
    public void Keys_edit(string from, string keys, string to)
    {
        var line = LineState.Empty([]).With(from.Replace("|", ""), from.IndexOf('|'));
        foreach (var key in Keys(keys)) line = LineEditor.Apply(line, key, _ => Known).State;
        Assert.Equal(to, line.Text.Insert(line.Cursor, "|"));
    }

    [Fact]
    public void Candidates_that_agree_no_further_are_listed()
    {
        var line = LineState.Empty([]).With("cluster", 7);
        var step = LineEditor.Apply(line, Keys("<Tab>").Single(), _ => Known);
        Assert.Equal(["cluster", "cluster-sharding"], step.Candidates);
        Assert.Equal(line, step.State);
    }

    [Theory]
    [InlineData("<Up>", "second")]
    [InlineData("<Up><Up>", "first")]
    [InlineData("<Up><Up><Up>", "first")]
    [InlineData("<Up><Up><Down>", "second")]
    [InlineData("<Up><Down>", "draft")]
    [InlineData("<Up><Up><Down><Down><Down>", "draft")]
    [InlineData("<Down>", "draft")]
    [InlineData("<^P>!<^N>", "draft")]
    public void Earlier_lines_come_back_and_the_one_that_was_being_typed(string keys, string text)
    {
        var line = LineState.Empty(["first", "second"]).With("draft", 5);
        foreach (var key in Keys(keys)) line = LineEditor.Apply(line, key, _ => []).State;
        Assert.Equal((text, text.Length), (line.Text, line.Cursor));
    }

    [Theory]
    [InlineData("ab", "<Enter>", LineEvent.Submitted)]
    [InlineData("ab", "<^C>", LineEvent.Abandoned)]
    [InlineData("", "<^D>", LineEvent.Ended)]
    [InlineData("ab", "<^D>", LineEvent.Edited)]
    [InlineData("ab", "<^L>", LineEvent.Cleared)]
    internal void Keys_end_a_line(string text, string key, LineEvent expected) =>
        Assert.Equal(expected, LineEditor.Apply(LineState.Empty([]).With(text, text.Length), Keys(key).Single(), _ => []).Event);

    [Theory]
    [InlineData("abcdefgh|", "efgh|")]
    [InlineData("|abcdefgh", "|abcde")]
    [InlineData("abc|defgh", "abc|de")]
    [InlineData("abcdef|gh", "cdef|g")]
    [InlineData("ab|", "ab|")]
    public void What_is_wider_than_the_screen_is_shown_where_the_cursor_is(string line, string visible)
    {
        var (shown, column) = LineState.Empty([]).With(line.Replace("|", ""), line.IndexOf('|')).View(5);
        Assert.Equal(visible, shown.Insert(column, "|"));
    }

    [Theory]
    [InlineData("  cluster   show ", "cluster,show")]
    [InlineData("""invoke f --payload '{"a": "b c"}'""", """invoke,f,--payload,{"a": "b c"}""")]
    [InlineData("""a "b \" c" d\ e ''""", """a,b " c,d e,""")]
    [InlineData("", "")]
    public void A_line_is_cut_into_words(string line, string words) => Assert.Equal(words, string.Join(',', Words.Split(line)!));

    [Theory]
    [InlineData("a 'b")]
    [InlineData("\"")]
    public void A_quote_that_is_not_closed_is_no_line(string line) => Assert.Null(Words.Split(line));

    /// <summary>Letters as they are, other keys in angles, <c>^</c> for the control key.</summary>
    internal static IEnumerable<ConsoleKeyInfo> Keys(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '<')
            {
                yield return new ConsoleKeyInfo(text[i], default, false, false, false);
                continue;
            }

            var end = text.IndexOf('>', i);
            var name = text[(i + 1)..end];
            i = end;
            yield return name[0] == '^'
                ? new ConsoleKeyInfo((char)(name[1] - 64), Enum.Parse<ConsoleKey>(name[1..]), false, false, control: true)
                : new ConsoleKeyInfo('\0', Enum.Parse<ConsoleKey>(name is "Up" or "Down" or "Left" or "Right" ? name + "Arrow" : name), false, false, false);
        }
    }
}
