namespace Hearth.Node.Logs;

/// <summary>One function's lines that wait for the disk, and those who wait for its lines.</summary>
internal sealed class FunctionLog(LogSegments segments, BufferBudget budget)
{
    /// <summary>Most bytes that wait for one function; beyond it lines are dropped and counted.</summary>
    public const int MaxPendingBytes = 1 << 20;

    private readonly Lock _lock = new();
    private byte[]? _buffer;
    private int _length;
    private int _lines;
    private bool _queued;
    private long _dropped;
    private long _lost;
    private string _lastStream = "";
    private TaskCompletionSource? _changed;

    /// <summary>The function's files. Only the writer touches them.</summary>
    public LogSegments Segments { get; } = segments;

    /// <summary>Takes the line, or counts it as dropped. Calls <paramref name="enqueue"/> where the writer does not know of it yet.</summary>
    public void Append(string stream, DateTimeOffset timestamp, ReadOnlySpan<byte> line, Action<FunctionLog> enqueue)
    {
        var room = LogLineFormat.RoomFor(stream, line);
        lock (_lock)
        {
            _lastStream = stream;
            // After a drop nothing is taken until the writer has been here, though a shorter line might fit: the line
            // that tells of the drop must stand where the gap is.
            if (_dropped == 0 && MakeRoom(room) is { } buffer)
            {
                _length += LogLineFormat.Write(buffer.AsSpan(_length), stream, timestamp, line);
                _lines++;
            }
            else
            {
                _dropped++;
            }

            if (_queued)
                return;
            // Inside the lock: a flush that begins after this line's Append must find the function in the queue.
            _queued = true;
            enqueue(this);
        }
    }

    /// <summary>Gives all that waits to the writer, which hands it back by <see cref="Written"/> or <see cref="Lost"/>.</summary>
    public LogBatch Take(DateTimeOffset now)
    {
        lock (_lock)
        {
            var batch = new LogBatch(
                Gap(_lost, "the log could not be written", now),
                _buffer,
                _length,
                _lines,
                Gap(_dropped, "they came faster than the log is written", now),
                _dropped,
                _lost);
            (_buffer, _length, _lines, _queued, _dropped, _lost) = (null, 0, 0, false, 0, 0);
            return batch;
        }
    }

    public void Written(LogBatch batch)
    {
        Release(batch);
        WakeReaders();
    }

    /// <summary>The batch did not reach the disk: the next one will begin with a line that says so.</summary>
    public void Lost(LogBatch batch)
    {
        Release(batch);
        lock (_lock)
            _lost += batch.Lines + batch.Dropped + batch.LostBefore;
    }

    /// <summary>Completes at the next change of the function's files, or when the logs are closed.</summary>
    public Task NextChange()
    {
        lock (_lock)
            return (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    public void WakeReaders()
    {
        TaskCompletionSource? changed;
        lock (_lock)
            (changed, _changed) = (_changed, null);
        changed?.SetResult();
    }

    private byte[]? MakeRoom(int room)
    {
        var needed = _length + room;
        if (_buffer is not null && needed <= _buffer.Length)
            return _buffer;
        if (needed > MaxPendingBytes)
            return null;
        var bytes = BufferBudget.FirstBytes;
        while (bytes < needed)
            bytes *= 4;
        if (budget.Rent(bytes) is not { } larger)
            return null;
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _length).CopyTo(larger);
            budget.Return(_buffer);
        }

        return _buffer = larger;
    }

    private byte[]? Gap(long lines, string why, DateTimeOffset now)
    {
        if (lines == 0)
            return null;
        var text = System.Text.Encoding.UTF8.GetBytes($"[hearth] {lines} lines are missing here: {why}.");
        var line = new byte[LogLineFormat.RoomFor(_lastStream, text)];
        return line[..LogLineFormat.Write(line, _lastStream, now, text)];
    }

    private void Release(LogBatch batch)
    {
        if (batch.Buffer is not null)
            budget.Return(batch.Buffer);
    }
}

/// <summary>What one pass of the writer appends for one function, in this order: a gap, lines, a gap.</summary>
/// <param name="GapBefore">Tells of lines that an earlier batch lost; null where none did.</param>
/// <param name="Buffer">The first <paramref name="Length"/> bytes are <paramref name="Lines"/> whole lines; null where there are none.</param>
/// <param name="GapAfter">Tells of lines that found no room; null where all did.</param>
internal sealed record LogBatch(byte[]? GapBefore, byte[]? Buffer, int Length, int Lines, byte[]? GapAfter, long Dropped, long LostBefore);
