using Microsoft.Win32.SafeHandles;

namespace Hearth.Node.Logs;

/// <summary>Appends to a function's newest file, begins new ones, deletes old ones. Not thread-safe: the writer's alone.</summary>
internal sealed class LogSegments(string folder, FunctionLogOptions options, TimeProvider time)
{
    private const int ScanBytes = 64 << 10;
    private LogSegment _current;
    private SafeFileHandle? _file;
    private long _length;

    public bool IsOpen => _file is not null;

    /// <summary>Appends whole lines, in one piece to one file.</summary>
    /// <exception cref="IOException">The disk is full or failed, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        try
        {
            _file ??= OpenNewest();
            if ((_length > 0 && _length + lines.Length > options.SegmentBytes) || time.GetUtcNow() - _current.Start > options.SegmentSpan)
                _file = Begin(_current);
            RandomAccess.Write(_file, lines, _length);
            _length += lines.Length;
        }
        catch
        {
            // A part of the lines may have been written; opening again cuts what has no newline.
            Close();
            throw;
        }
    }

    public void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Deletes files whose lines are all too old, then the oldest until the rest fits; the folder too once it is empty.</summary>
    public void Sweep()
    {
        Close();
        var segments = LogSegment.List(folder);
        DeleteOld(segments, options.MaxBytes);
        if (segments.Count == 0 && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }

    private SafeFileHandle OpenNewest()
    {
        var segments = LogSegment.List(folder);
        if (segments.Count == 0)
            return Begin(null);
        _current = segments[^1];
        var file = File.OpenHandle(_current.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _length = EndOfLastLine(file);
        RandomAccess.SetLength(file, _length);
        return file;
    }

    private SafeFileHandle Begin(LogSegment? last)
    {
        Close();
        Directory.CreateDirectory(folder);
        _current = LogSegment.Next(folder, last, time.GetUtcNow());
        _length = 0;
        DeleteOld(LogSegment.List(folder), options.MaxBytes - options.SegmentBytes);
        return File.OpenHandle(_current.Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Where the last newline ends: behind it lies at most what a crash cut short.</summary>
    private static long EndOfLastLine(SafeFileHandle file)
    {
        var chunk = new byte[ScanBytes];
        for (var end = RandomAccess.GetLength(file); end > 0;)
        {
            var start = Math.Max(0, end - ScanBytes);
            var read = RandomAccess.Read(file, chunk.AsSpan(0, (int)(end - start)), start);
            var newline = chunk.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (newline >= 0)
                return start + newline + 1;
            end = start;
        }

        return 0;
    }

    private void DeleteOld(List<LogSegment> segments, long keepBytes)
    {
        var oldest = time.GetUtcNow() - options.MaxAge;
        var bytes = segments.Sum(segment => new FileInfo(segment.Path).Length);
        while (segments.Count > 0)
        {
            // A file's lines are older than the next file; the newest takes lines for at most its span.
            var end = segments.Count > 1 ? segments[1].Start : segments[0].Start + options.SegmentSpan;
            if (end >= oldest && bytes <= keepBytes)
                return;
            bytes -= new FileInfo(segments[0].Path).Length;
            File.Delete(segments[0].Path);
            segments.RemoveAt(0);
        }
    }
}
