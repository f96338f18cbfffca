using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Hearth.Contracts.Api;

namespace Hearth.Node.Logs;

/// <summary>
/// Each function's log on this node: what its environments print and its platform lines, in the order of
/// <see cref="Append"/>, in files of <c>{root}/{function}/</c>, kept by size and age.
/// Promises: an append never waits and never throws for the disk's sake; a reader sees every line appended before it
/// began; where lines are missing, a line says so and how many.
/// </summary>
internal sealed class FunctionLogs : IFunctionLogSink, IAsyncDisposable
{
    private const long MaxBufferedBytes = 64L << 20;
    private const int MaxNameLength = 64, FoldersBetweenPasses = 64;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1), StopTimeout = TimeSpan.FromSeconds(5);

    private readonly string _root;
    private readonly FunctionLogOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, FunctionLog> _logs = new(StringComparer.Ordinal);
    private readonly BufferBudget _budget = new(MaxBufferedBytes);
    private readonly LogWriter _writer;
    private readonly Action<FunctionLog> _enqueue;
    private readonly ITimer _sweeps;
    private volatile bool _closed;
    private volatile bool _ended;

    /// <param name="meter">Where dropped lines are counted as well; null for nowhere.</param>
    /// <exception cref="ArgumentException">An option is out of bounds.</exception>
    public FunctionLogs(string root, FunctionLogOptions options, TimeProvider time, ILogger<FunctionLogs> logger, Meter? meter = null)
    {
        (_root, _options, _time) = (root, options.Validated(), time);
        _writer = new LogWriter(time, logger);
        _enqueue = _writer.Enqueue;
        meter?.CreateObservableCounter("hearth.log.lines.dropped", () => DroppedLines, null, "Log lines that did not reach the disk.");
        _sweeps = time.CreateTimer(_ => _ = SweepAsync(), null, TimeSpan.Zero, SweepInterval);
    }

    /// <summary>Lines that did not reach the disk, for want of room or because it failed.</summary>
    public long DroppedLines => _writer.DroppedLines;

    /// <summary>Adds a line to the function's log. Any thread; never waits.</summary>
    /// <param name="stream">The log stream: one an execution environment.</param>
    /// <param name="timestamp">When the line was read: about now.</param>
    /// <param name="line">Without its newline, in any encoding; cut after 256 KiB. May be reused on return.</param>
    /// <exception cref="ArgumentException">The name is not 1 to 64 letters, digits, <c>-</c> and <c>_</c>.</exception>
    public void Append(string functionName, string stream, DateTimeOffset timestamp, ReadOnlySpan<byte> line)
    {
        if (!_closed)
            LogOf(functionName).Append(stream, timestamp, line, _enqueue);
    }

    /// <summary>The lines that the query asks for, in the order of writing; none for a function that never logged.</summary>
    /// <exception cref="ArgumentException">The name is not 1 to 64 letters, digits, <c>-</c> and <c>_</c>.</exception>
    public async IAsyncEnumerable<LogLine> ReadAsync(string functionName, LogQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var log = LogOf(functionName);
        await FlushAsync().WaitAsync(cancellation);
        var folder = Path.Combine(_root, functionName);
        using var cursor = new LogCursor(folder);
        LogStart.Seek(cursor, folder, query);
        while (true)
        {
            // Asked for before flag and files are looked at, so that no change falls between.
            var change = log.NextChange();
            var ended = _ended;
            while (cursor.TryRead(out var line))
            {
                cancellation.ThrowIfCancellationRequested();
                if (query.Since is null || line.Timestamp >= query.Since)
                    yield return line;
            }

            if (!query.Follow || ended)
                yield break;
            await change.WaitAsync(cancellation);
        }
    }

    /// <summary>Completes when every line appended so far is in its file, or lost to a failing disk.</summary>
    public Task FlushAsync() => _writer.FlushAsync();

    /// <summary>Deletes what is too old or too much, of functions that no longer write too. Runs by itself at start and every hour.</summary>
    public Task SweepAsync() => _writer.FlushAsync(Sweep);

    /// <summary>Writes what waits, for at most five seconds, and ends all readers. Later appends are ignored.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        _closed = true;
        await _sweeps.DisposeAsync();
        _writer.Stop();
        try
        {
            await _writer.Completed.WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            // A disk that hangs must not keep the node from stopping.
        }

        _ended = true;
        foreach (var log in _logs.Values)
            log.WakeReaders();
    }

    private FunctionLog LogOf(string functionName) =>
        _logs.TryGetValue(functionName, out var log) ? log : _logs.GetOrAdd(functionName, static (name, logs) => logs.Make(name), this);

    private FunctionLog Make(string functionName)
    {
        if (functionName.Length is 0 or > MaxNameLength || !functionName.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            throw new ArgumentException($"'{functionName}' is no function name: 1 to {MaxNameLength} letters, digits, '-' and '_'.", nameof(functionName));
        return new FunctionLog(SegmentsOf(functionName), _budget);
    }

    private LogSegments SegmentsOf(string functionName) => new(Path.Combine(_root, functionName), _options, _time);

    /// <summary>Runs on the writer, which alone may touch the files; lines go on being written in between.</summary>
    private void Sweep()
    {
        if (!Directory.Exists(_root))
            return;
        var seen = 0;
        foreach (var folder in Directory.EnumerateDirectories(_root))
        {
            var name = Path.GetFileName(folder);
            (_logs.TryGetValue(name, out var log) ? log.Segments : SegmentsOf(name)).Sweep();
            if (++seen % FoldersBetweenPasses == 0)
                _writer.WriteWaiting();
        }
    }
}
