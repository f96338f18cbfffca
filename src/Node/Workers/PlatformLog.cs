using System.Buffers;
using System.Text;
using Hearth.Contracts;
using Hearth.Node.Logs;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Workers;

/// <summary>
/// One environment's log stream: the function's output cut into lines, and the platform's own lines between them.
/// </summary>
/// <remarks>Source of the platform lines' form: recorded logs; the fields of REPORT are separated by tabs.</remarks>
internal sealed class PlatformLog(IFunctionLogSink sink, string functionName, string stream, TimeProvider time, WorkerMetrics? metrics = null) : ISandboxOutput
{
    /// <summary>A line without an end is cut here, in bytes.</summary>
    private const int MaxLineBytes = 262_144;

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _partial = new();

    // The first invocation's tail reaches back to the environment's start, wherever that invocation is by then.
    private LogTail? _tail = new();

    public string Stream => stream;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        metrics?.Output(bytes.Length);
        lock (_gate)
        {
            while (bytes.Length > 0)
            {
                var end = bytes.IndexOf((byte)'\n');
                var line = end < 0 ? bytes : bytes[..end];
                var room = MaxLineBytes - _partial.WrittenCount;
                if (line.Length > room)
                {
                    EndLine(line[..room]);
                    bytes = bytes[room..];
                    continue;
                }

                if (end < 0)
                {
                    _partial.Write(line);
                    return;
                }

                EndLine(line);
                bytes = bytes[(end + 1)..];
            }
        }
    }

    /// <summary>From here on, lines are kept for the caller as well. In an environment's first invocation they already are.</summary>
    public void BeginTail()
    {
        lock (_gate)
            _tail ??= new LogTail();
    }

    public void InitStart(string runtimeVersion) => Line($"INIT_START Runtime Version: {runtimeVersion}");

    public void InitFailed(TimeSpan duration, string status, string errorType) =>
        Line($"INIT_REPORT Init Duration: {Milliseconds(duration)} ms\tPhase: init\tStatus: {status}\tError Type: {errorType}");

    public void Start(string requestId, string version) => Line($"START RequestId: {requestId} Version: {version}");

    public void Line(string line)
    {
        Span<byte> small = stackalloc byte[512];
        var bytes = Encoding.UTF8.TryGetBytes(line, small, out var written) ? small[..written] : Encoding.UTF8.GetBytes(line);
        lock (_gate)
        {
            if (_partial.WrittenCount > 0)
                EndLine([]);
            Append(bytes);
        }
    }

    /// <summary>
    /// END and REPORT, whatever the function prints meanwhile. The init phase is billed with the invocation that waited for it.
    /// </summary>
    /// <returns>What was kept since <see cref="BeginTail"/>, at most 4 KB, with REPORT as its end; null where nothing was kept.</returns>
    public byte[]? End(string requestId, in InvocationReport report)
    {
        var billed = (long)Math.Ceiling((report.Duration + (report.InitDuration ?? TimeSpan.Zero)).TotalMilliseconds);
        var init = report.InitDuration is { } duration ? $"Init Duration: {Milliseconds(duration)} ms\t" : "";
        lock (_gate)
        {
            Line($"END RequestId: {requestId}");
            Line($"REPORT RequestId: {requestId}\tDuration: {Milliseconds(report.Duration)} ms\tBilled Duration: {billed} ms\t" +
                 $"Memory Size: {report.MemoryMib} MB\tMax Memory Used: {report.PeakMemoryMib} MB\t{init}{report.Status}");
            var tail = _tail?.ToArray();
            _tail = null;
            return tail;
        }
    }

    private static string Milliseconds(TimeSpan duration) => duration.TotalMilliseconds.ToString("F2");

    private void EndLine(ReadOnlySpan<byte> rest)
    {
        if (_partial.WrittenCount == 0)
        {
            Append(rest);
            return;
        }

        _partial.Write(rest);
        Append(_partial.WrittenSpan);
        _partial.ResetWrittenCount();
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        sink.Append(functionName, stream, time.GetUtcNow(), line);
        _tail?.Add(line);
    }

    /// <summary>The last bytes of a growing text.</summary>
    private sealed class LogTail
    {
        private readonly byte[] _ring = new byte[Limits.LogTailBytes];
        private long _total;

        public void Add(ReadOnlySpan<byte> line)
        {
            foreach (var value in line.Length > _ring.Length ? line[^_ring.Length..] : line)
                _ring[_total++ % _ring.Length] = value;
            _ring[_total++ % _ring.Length] = (byte)'\n';
        }

        public byte[] ToArray()
        {
            if (_total <= _ring.Length)
                return _ring[..(int)_total];
            var start = (int)(_total % _ring.Length);
            return [.. _ring[start..], .. _ring[..start]];
        }
    }
}

/// <summary>The figures of a REPORT line.</summary>
/// <param name="InitDuration">On the first invocation of an environment, else null.</param>
/// <param name="Status">Empty, or <c>Status: …</c> as it ends the line.</param>
internal readonly record struct InvocationReport(TimeSpan Duration, int MemoryMib, int PeakMemoryMib, TimeSpan? InitDuration, string Status = "");
