namespace Bench.Report;

/// <summary>Rows under named columns; the first column is text, the others are numbers and stand right-aligned.</summary>
internal sealed record Table(string Title, IReadOnlyList<string> Columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] row) => _rows.Add(row);

    public static string Ratio(double? value) => value is { } known && !double.IsNaN(known) ? $"{known:0.00}" : "";

    public static string Number(double? value) => value is { } known ? $"{known:0.0}" : "";

    /// <summary>As Markdown, so that it can be copied to a document as it is.</summary>
    public void Print(TextWriter to)
    {
        var widths = Columns.Select((name, column) => _rows.Select(row => row[column].Length).Append(name.Length).Max()).ToList();
        to.WriteLine($"\n{Title}\n");
        to.WriteLine(Line(Columns, widths));
        to.WriteLine("|" + string.Join("|", widths.Select((width, column) => new string('-', width + 1) + (column == 0 ? "-" : ":"))) + "|");
        foreach (var row in _rows)
            to.WriteLine(Line(row, widths));
    }

    private static string Line(IReadOnlyList<string> cells, List<int> widths) =>
        "| " + string.Join(" | ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |";
}

/// <summary>What one scenario found.</summary>
/// <param name="Figures">The same and more, for the JSON file.</param>
internal sealed record ScenarioResult(string Name, IReadOnlyList<Table> Tables, object Figures);
