using System.Text;
using Hearth.Node.Logs;

namespace Hearth.Node.Tests.Workers;

/// <summary>Keeps what is logged, line by line.</summary>
internal sealed class CollectingLog : IFunctionLogSink
{
    private readonly List<(string Function, string Stream, DateTimeOffset Timestamp, string Line)> _entries = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_entries)
                return [.. _entries.Select(entry => entry.Line)];
        }
    }

    public IReadOnlyList<(string Function, string Stream, DateTimeOffset Timestamp, string Line)> Entries
    {
        get
        {
            lock (_entries)
                return [.. _entries];
        }
    }

    public void Append(string functionName, string stream, DateTimeOffset timestamp, ReadOnlySpan<byte> line)
    {
        lock (_entries)
            _entries.Add((functionName, stream, timestamp, Encoding.UTF8.GetString(line)));
    }
}
