using System.Text;

namespace Hearth.CommandLine.Shell;

/// <summary>Cuts a line into words at blanks, but not within quotes; a backslash takes the next character as it is, but not within single quotes.</summary>
internal static class Words
{
    /// <returns>Null where a quote is not closed.</returns>
    public static string[]? Split(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\' && quote != '\'' && i + 1 < line.Length)
            {
                (word ??= new StringBuilder()).Append(line[++i]);
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                quote = c;
                word ??= new StringBuilder();
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        if (word is not null) words.Add(word.ToString());
        return quote == '\0' ? [.. words] : null;
    }
}
