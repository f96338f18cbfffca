namespace Hearth.Node.Logs;

/// <summary>
/// One file of a function's log, <c>{number}.log</c>. Numbers rise in the order of writing; each is the Unix time in
/// milliseconds at which the file was begun, or one more than its predecessor where the clock has not moved on.
/// </summary>
internal readonly record struct LogSegment(string Folder, long Number)
{
    private const string Extension = ".log";

    public string Path => System.IO.Path.Combine(Folder, $"{Number:D15}{Extension}");

    public DateTimeOffset Start => DateTimeOffset.FromUnixTimeMilliseconds(Number);

    /// <summary>The function's files in the order of writing; none where the folder does not exist.</summary>
    public static List<LogSegment> List(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*" + Extension).Select(path => Parse(folder, path)).OfType<LogSegment>().OrderBy(segment => segment.Number)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The file that follows <paramref name="last"/>, begun at <paramref name="now"/>.</summary>
    public static LogSegment Next(string folder, LogSegment? last, DateTimeOffset now) =>
        new(folder, Math.Max(now.ToUnixTimeMilliseconds(), (last?.Number ?? 0) + 1));

    private static LogSegment? Parse(string folder, string path) =>
        long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), out var number) && number is > 0 and < 100_000_000_000_000 ? new LogSegment(folder, number) : null;
}
