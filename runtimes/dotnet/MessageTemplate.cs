using System.Text;

namespace Hearth.Runtimes.DotNet;

/// <summary>Messages with named places, as <c>"{count} orders of {user}"</c>, filled in the order of the values.</summary>
internal static class MessageTemplate
{
    public static string Fill(string? template, object?[]? values, Exception? exception = null)
    {
        var message = template ?? "";
        if (values is { Length: > 0 })
            message = Replace(message, values);
        return exception is null ? message : message.Length == 0 ? exception.ToString() : $"{message}\n{exception}";
    }

    private static string Replace(string template, object?[] values)
    {
        var text = new StringBuilder();
        var used = 0;
        for (var i = 0; i < template.Length; i++)
        {
            var character = template[i];
            var end = character == '{' ? template.IndexOf('}', i) : -1;
            if (character is '{' or '}' && i + 1 < template.Length && template[i + 1] == character)
            {
                text.Append(character);
                i++;
            }
            else if (end > 0 && used < values.Length)
            {
                text.Append(Show(values[used++], template[(i + 1)..end]));
                i = end;
            }
            else
                text.Append(character);
        }

        return text.ToString();
    }

    private static string? Show(object? value, string place)
    {
        var colon = place.IndexOf(':');
        return value is IFormattable formattable && colon >= 0 ? formattable.ToString(place[(colon + 1)..], null) : value?.ToString();
    }
}
