using Microsoft.Win32.SafeHandles;

namespace Hearth.Node.Logs;

/// <summary>Finds where a query begins, without reading what lies before.</summary>
internal static class LogStart
{
    private const int ChunkBytes = 64 << 10;

    /// <summary>Puts a fresh cursor at the first line that the query may want; some that follow may still be too early.</summary>
    public static void Seek(LogCursor cursor, string folder, LogQuery query)
    {
        var segments = LogSegment.List(folder);
        if (segments.Count == 0)
            return;
        var first = query.Since is { } since ? FirstSince(segments, since) : 0;
        var offset = 0L;
        if (query.Limit is { } limit)
            (first, offset) = Last(segments, first, limit);
        cursor.Seek(segments[first], offset);
    }

    /// <summary>All lines of a file were appended before the next one was begun; its name tells when, to the millisecond below.</summary>
    private static int FirstSince(List<LogSegment> segments, DateTimeOffset since)
    {
        var first = 0;
        while (first + 1 < segments.Count && segments[first + 1].Start.AddMilliseconds(1) < since)
            first++;
        return first;
    }

    /// <summary>The place with <paramref name="lines"/> lines behind it, or the start of <paramref name="first"/> where there are fewer.</summary>
    private static (int Segment, long Offset) Last(List<LogSegment> segments, int first, int lines)
    {
        // A line ends in a newline, so the place is right after the newline with that many newlines behind it.
        long left = lines;
        for (var at = segments.Count - 1; at >= first; at--)
        {
            if (AfterNewline(segments[at].Path, ref left) is { } offset)
                return (at, offset);
        }

        return (first, 0);
    }

    private static long? AfterNewline(string path, ref long left)
    {
        using var file = OpenOrNull(path);
        if (file is null)
            return null;
        var buffer = new byte[ChunkBytes];
        for (var end = RandomAccess.GetLength(file); end > 0;)
        {
            var start = Math.Max(0, end - ChunkBytes);
            var chunk = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - start)), start));
            for (var newline = chunk.LastIndexOf((byte)'\n'); newline >= 0; newline = chunk[..newline].LastIndexOf((byte)'\n'))
            {
                if (left-- == 0)
                    return start + newline + 1;
            }

            end = start;
        }

        return null;
    }

    private static SafeFileHandle? OpenOrNull(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
