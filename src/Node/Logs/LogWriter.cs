using System.Collections.Concurrent;

namespace Hearth.Node.Logs;

/// <summary>
/// Brings waiting lines to disk: one loop for all functions. Each pass takes every function that has lines once, so a
/// function that prints without end gets its turn and no more, at most <see cref="FunctionLog.MaxPendingBytes"/> each
/// <see cref="Linger"/>.
/// </summary>
internal sealed class LogWriter
{
    /// <summary>How long lines gather before a pass; what a killed node loses at most, and a follower waits at most.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    /// <summary>Files kept open; beyond it the one opened first is closed, and opened again when its function writes.</summary>
    private const int MaxOpenFiles = 256;

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<FunctionLog> _waiting = new();
    private readonly ConcurrentQueue<(TaskCompletionSource Done, Action? Work)> _requests = new();
    private readonly Queue<FunctionLog> _open = new();
    private readonly Signal _work = new();
    private readonly Signal _hurry = new();
    private volatile bool _stopping;
    private long _dropped;
    private long? _lastWarning;

    public LogWriter(TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        Completed = Task.Run(RunAsync);
    }

    /// <summary>Ends after <see cref="Stop"/>, once everything that waited has been tried.</summary>
    public Task Completed { get; }

    /// <summary>Lines that did not reach the disk, for want of room or because it failed.</summary>
    public long DroppedLines => Interlocked.Read(ref _dropped);

    public void Enqueue(FunctionLog log)
    {
        _waiting.Enqueue(log);
        _work.Set();
    }

    /// <summary>Completes when every line appended so far has been tried, and then <paramref name="work"/> has run on the writer.</summary>
    public Task FlushAsync(Action? work = null)
    {
        if (Completed.IsCompleted)
            return Task.CompletedTask;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Enqueue((done, work));
        _hurry.Set();
        _work.Set();
        // The loop may have ended between the two lines above.
        return Task.WhenAny(done.Task, Completed);
    }

    public void Stop()
    {
        _stopping = true;
        _hurry.Set();
        _work.Set();
    }

    /// <summary>Writes what waits now; what comes meanwhile waits for the next pass.</summary>
    public void WriteWaiting()
    {
        for (var count = _waiting.Count; count > 0 && _waiting.TryDequeue(out var log); count--)
            Write(log);
    }

    private async Task RunAsync()
    {
        while (!_stopping || !_waiting.IsEmpty)
        {
            await _work.WaitAsync(_stopping ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
            await _hurry.WaitAsync(_stopping ? TimeSpan.Zero : Linger);
            // Counted before the pass: a request that comes during it may have lines the pass has gone by.
            var requests = _requests.Count;
            WriteWaiting();
            for (; requests > 0 && _requests.TryDequeue(out var request); requests--)
                Answer(request.Done, request.Work);
        }

        while (_open.TryDequeue(out var log))
            log.Segments.Close();
    }

    private void Write(FunctionLog log)
    {
        var batch = log.Take(_time.GetUtcNow());
        Interlocked.Add(ref _dropped, batch.Dropped);
        try
        {
            var wasOpen = log.Segments.IsOpen;
            Append(log.Segments, batch);
            if (!wasOpen)
                KeepOpen(log);
            log.Written(batch);
        }
        catch (Exception failure)
        {
            // Whatever it is: one function's log must not end the loop that all of them need.
            Interlocked.Add(ref _dropped, batch.Lines);
            log.Lost(batch);
            Warn(failure);
        }
    }

    private static void Append(LogSegments segments, LogBatch batch)
    {
        if (batch.GapBefore is not null)
            segments.Append(batch.GapBefore);
        if (batch.Buffer is not null)
            segments.Append(batch.Buffer.AsSpan(0, batch.Length));
        if (batch.GapAfter is not null)
            segments.Append(batch.GapAfter);
    }

    private void KeepOpen(FunctionLog log)
    {
        _open.Enqueue(log);
        if (_open.Count > MaxOpenFiles)
            _open.Dequeue().Segments.Close();
    }

    private void Answer(TaskCompletionSource done, Action? work)
    {
        try
        {
            work?.Invoke();
        }
        catch (Exception failure)
        {
            Warn(failure);
        }

        done.SetResult();
    }

    private void Warn(Exception failure)
    {
        if (_lastWarning is { } last && _time.GetElapsedTime(last) < WarningInterval)
            return;
        _lastWarning = _time.GetTimestamp();
        _logger.LogWarning(failure, "Function logs cannot be written; {DroppedLines} lines were dropped since the node started", DroppedLines);
    }
}
