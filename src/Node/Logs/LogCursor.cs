using System.Diagnostics.CodeAnalysis;
using Hearth.Contracts.Api;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Node.Logs;

/// <summary>
/// A place in a function's log, and the lines from there on. Holds one piece of one file in memory. Reads beside the
/// writer: it takes whole lines only, and goes to a next file once that exists and the present one is read to its end.
/// </summary>
internal sealed class LogCursor(string folder) : IDisposable
{
    private const int ChunkBytes = 64 << 10;
    private byte[] _buffer = new byte[ChunkBytes];
    private int _start;
    private int _end;
    private SafeFileHandle? _file;
    private long _number;
    private long _offset;
    private LogSegment? _next;

    /// <summary>Goes to a place: before the line at <paramref name="offset"/> of a file, or the first line of the next where it is gone.</summary>
    public void Seek(LogSegment segment, long offset)
    {
        if (Open(segment))
            _offset = offset;
    }

    /// <summary>The next whole line that is there already.</summary>
    public bool TryRead([NotNullWhen(true)] out LogLine? line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var found = _buffer.AsSpan(_start, length);
                _start += length + 1;
                if (LogLineFormat.TryParse(found, out line))
                    return true;
            }
            else if (!Fill())
            {
                line = null;
                return false;
            }
        }
    }

    public void Dispose() => _file?.Dispose();

    private bool Fill()
    {
        MakeRoom();
        while (true)
        {
            var read = _file is null ? 0 : RandomAccess.Read(_file, _buffer.AsSpan(_end), _offset);
            if (read > 0)
            {
                _end += read;
                _offset += read;
                return true;
            }

            if (_next is null)
            {
                var after = _number;
                _next = LogSegment.List(folder).Where(segment => segment.Number > after).Cast<LogSegment?>().FirstOrDefault();
                if (_next is null)
                {
                    Unread();
                    return false;
                }

                // Between the read above and the list the writer may have ended this file: read its end once more.
                continue;
            }

            Open(_next.Value);
        }
    }

    /// <summary>Forgets a line's beginning, to read it again: after a crash the writer cuts it and puts another in its place.</summary>
    private void Unread()
    {
        _offset -= _end - _start;
        _start = _end = 0;
    }

    private bool Open(LogSegment segment)
    {
        _file?.Dispose();
        _file = null;
        _next = null;
        _number = segment.Number;
        _offset = 0;
        _start = _end = 0;
        try
        {
            _file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false; // swept meanwhile
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end < _buffer.Length)
            return;
        if (_end > LogLineFormat.MaxLineBytes)
            _end = 0; // no line of ours is that long: skip it
        else
            Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
