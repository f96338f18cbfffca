using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Hearth.Contracts.Api;
using Hearth.Node.DataChannel;
using Hearth.Node.Logs;
using Hearth.Node.Membership;

namespace Hearth.Node.Gateway;

/// <summary>A function's log from all nodes that have some of it: one that is away is left out.</summary>
/// <param name="channel">Null in a cluster of one.</param>
internal sealed class FunctionLogReader(FunctionLogs logs, Fleet fleet, ChannelClient? channel = null)
{
    /// <summary>Lines that wait for a reader who follows.</summary>
    private const int Held = 1_000;

    /// <summary>The lines that the query asks for: by their time, and while they are followed as they come.</summary>
    public IAsyncEnumerable<LogLine> ReadAsync(string functionName, LogQuery query, CancellationToken cancellation)
    {
        var others = channel is null ? [] : fleet.Workers.Where(worker => worker.Id != fleet.Local && worker.Channel is not null).Select(worker => worker.Channel!).ToList();
        if (others.Count == 0)
            return logs.ReadAsync(functionName, query, cancellation);
        List<IAsyncEnumerable<LogLine>> parts =
        [
            logs.ReadAsync(functionName, query, cancellation),
            .. others.Select(other => channel!.ReadLogsAsync(other, functionName, query, cancellation)),
        ];
        return query.Follow ? InterleaveAsync(parts, cancellation) : MergeAsync(parts, query.Limit, cancellation);
    }

    private static async IAsyncEnumerable<LogLine> MergeAsync(List<IAsyncEnumerable<LogLine>> parts, int? limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Each part is the last lines of its node: of all, the last are wanted.
        var last = new Queue<LogLine>();
        var heads = new PriorityQueue<IAsyncEnumerator<LogLine>, DateTimeOffset>();
        var readers = parts.Select(part => part.GetAsyncEnumerator(cancellation)).ToList();
        try
        {
            foreach (var reader in readers)
                await AdvanceAsync(reader);
            while (heads.TryDequeue(out var first, out _))
            {
                var line = first.Current;
                await AdvanceAsync(first);
                if (limit is null)
                {
                    yield return line;
                    continue;
                }

                last.Enqueue(line);
                if (last.Count > limit)
                    last.Dequeue();
            }
        }
        finally
        {
            foreach (var reader in readers)
                await reader.DisposeAsync();
        }

        foreach (var line in last)
            yield return line;

        async Task AdvanceAsync(IAsyncEnumerator<LogLine> reader)
        {
            if (await reader.MoveNextAsync())
                heads.Enqueue(reader, reader.Current.Timestamp);
        }
    }

    private static async IAsyncEnumerable<LogLine> InterleaveAsync(List<IAsyncEnumerable<LogLine>> parts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var lines = Channel.CreateBounded<LogLine>(Held);
        var pumps = Task.WhenAll(parts.Select(PumpAsync));
        _ = pumps.ContinueWith(ended => lines.Writer.TryComplete(ended.Exception), TaskScheduler.Default);
        await foreach (var line in lines.Reader.ReadAllAsync(cancellation))
            yield return line;

        async Task PumpAsync(IAsyncEnumerable<LogLine> part)
        {
            await foreach (var line in part.WithCancellation(cancellation))
                await lines.Writer.WriteAsync(line, cancellation);
        }
    }
}
