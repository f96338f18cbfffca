using System.Text.RegularExpressions;
using Hearth.Contracts.Api;
using Hearth.Contracts.Inspection;

namespace Hearth.Node.Inspection;

/// <summary>The newest lines of the node's own log, kept for who asks over the network: the host's, and those of its actors.</summary>
internal sealed partial class NodeLog(TimeProvider time, string nodeId) : ILoggerProvider
{
    /// <summary>Lines kept, and characters kept of each.</summary>
    private const int MaxLines = 1_000, MaxLength = 800;

    private readonly RecentItems<(LogLevel Level, NodeLogLine Line)> _lines = new(MaxLines);

    public string NodeId => nodeId;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>The lines after that one, oldest first; for the first time, the newest. At most <see cref="ReadNodeLog.PageSize"/>.</summary>
    public NodeLogRead Read(ReadNodeLog query)
    {
        // A level of a later version means every line, and a number from before a restart no line of this run.
        var level = Enum.TryParse<LogLevel>(query.Level, out var parsed) ? parsed : LogLevel.Trace;
        var last = _lines.Last;
        var isFirst = query.After <= 0 || query.After > last;
        var found = _lines.After(isFirst ? 0 : query.After).Where(entry => entry.Item.Level >= level).ToList();
        if (isFirst)
            found = found.TakeLast(ReadNodeLog.PageSize).ToList();
        else if (found.Count > ReadNodeLog.PageSize)
            found = found.Take(ReadNodeLog.PageSize).ToList();
        var reached = found.Count == ReadNodeLog.PageSize ? found[^1].Number : Math.Max(last, found.Count > 0 ? found[^1].Number : 0);
        return new NodeLogRead([.. found.Select(entry => entry.Item.Line)], reached);
    }

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string source, string message)
    {
        if (ActorPrefix().Match(message) is { Success: true } prefix)
            (source, message) = (prefix.Groups["source"].Value, message[prefix.Length..]);
        var text = message.Length > MaxLength ? message[..MaxLength] + "…" : message;
        _lines.Add((level, new NodeLogLine(time.GetUtcNow(), nodeId, level.ToString(), source, text)));
    }

    // Actors log by one logger, which says in its text what lines have members for.
    [GeneratedRegex(@"^\[[A-Z]+\]\[[^\]]+\]\[Thread \d+\]\[(?<source>[^\]]+)\] ")]
    private static partial Regex ActorPrefix();

    private sealed class Logger(NodeLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var message = formatter(state, exception);
            log.Add(logLevel, category, exception is null ? message : $"{message}: {exception}");
        }
    }
}
