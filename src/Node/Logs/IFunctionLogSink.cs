namespace Hearth.Node.Logs;

/// <summary>Where the lines of functions' logs go.</summary>
internal interface IFunctionLogSink
{
    /// <summary>Takes one line, without its newline. Never blocks and never throws; lines of one function stay in order.</summary>
    void Append(string functionName, string stream, DateTimeOffset timestamp, ReadOnlySpan<byte> line);
}
