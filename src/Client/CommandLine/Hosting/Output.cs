using Spectre.Console;

namespace Hearth.CommandLine.Hosting;

/// <summary>Ways to write a line. Spectre's own would wrap it at the terminal's width, which breaks what is copied.</summary>
internal static class Output
{
    public static void Say(this IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);

    public static void Fail(this IAnsiConsole console, string text)
    {
        console.Markup("[red]error[/]");
        console.Say($": {text}");
    }

    public static void Warn(this IAnsiConsole console, string text)
    {
        console.Markup("[yellow]warning[/]");
        console.Say($": {text}");
    }

    /// <summary>A table with a frame on a terminal, and bare columns in a pipe.</summary>
    public static Table TableFor(this IAnsiConsole console, params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = console.Profile.Capabilities.Interactive ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        return table;
    }

    public static void AddTextRow(this Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    /// <summary>A length of time by its two largest units, as <c>2d 3h</c>; empty for none.</summary>
    public static string Age(TimeSpan? age) => age switch
    {
        null => "",
        { TotalMinutes: < 1 } => $"{Math.Max(0, (int)age.Value.TotalSeconds)}s",
        { TotalHours: < 1 } => $"{age.Value.Minutes}m {age.Value.Seconds}s",
        { TotalDays: < 1 } => $"{age.Value.Hours}h {age.Value.Minutes}m",
        _ => $"{age.Value.Days}d {age.Value.Hours}h",
    };

    /// <summary>A size as people read it: bytes, KB or MB, of 1,024.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} bytes",
        < 1024 * 1024 => $"{bytes / 1024.0:0.0} KB",
        _ => $"{bytes / (1024.0 * 1024.0):0.0} MB",
    };
}
