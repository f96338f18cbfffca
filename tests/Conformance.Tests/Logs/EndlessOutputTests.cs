using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Logs;

[NeedsRoot]
public sealed class EndlessOutputOnContainersTests() : EndlessOutputSuite("container");

public sealed class EndlessOutputOnProcessesTests() : EndlessOutputSuite("process");

/// <summary>Functions that print without end: neither the node nor the disk may feel it.</summary>
public abstract class EndlessOutputSuite(string driver)
{
    private const int LogMib = 8;

    [SuiteTheory]
    [InlineData("print('x' * 1000)")]
    [InlineData("sys.stdout.write('x' * 65536)")]
    [InlineData("os.write(2, b'\\n' * 65536)")]
    public async Task Output_without_end_stops_at_the_timeout_and_keeps_within_the_logs_bound(string print)
    {
        await using var node = await Node.StartAsync(driver, "--log-size", $"{LogMib}");
        var noisy = await node.CreateAsync(
            Source.Python($"import os, sys\ndef handler(event, context):\n    while True: {print}"), request => request with { Timeout = 3 });
        var quiet = await node.CreateAsync(Source.Python("def handler(event, context): print('heard', event)"), request => request with { Timeout = 30 });

        var running = noisy.InvokeTailedAsync();
        var (calls, largest) = (0, 0L);
        while (!running.IsCompleted)
        {
            (await quiet.InvokeAsync($"{calls++}")).AssertSucceeded();
            largest = Math.Max(largest, LogBytes(node, noisy.Name));
        }

        var failed = (await running).AssertFailed("Sandbox.Timedout");
        Assert.Contains($"END RequestId: {failed.RequestId}\nREPORT RequestId: {failed.RequestId}", failed.LogTail);
        Assert.InRange(Math.Max(largest, LogBytes(node, noisy.Name)), 1, LogMib * 1_048_576L);
        Assert.Equal(calls, (await quiet.LogAsync()).Count(line => line.Message.StartsWith("heard ", StringComparison.Ordinal)));
    }

    // Looked at again where a file came or went meanwhile: one counted just before it was deleted was never beside its successor.
    private static long LogBytes(Node node, string function)
    {
        while (true)
        {
            var files = LogFiles(node, function);
            var bytes = files.Sum(file => new FileInfo(file) is { Exists: true } found ? found.Length : 0);
            if (files.SequenceEqual(LogFiles(node, function)))
                return bytes;
        }
    }

    // Lines are answered before they are written: there may be no folder yet.
    private static List<string> LogFiles(Node node, string function) => Path.Combine(node.Data, "logs") is var logs && Directory.Exists(logs)
        ? [.. Directory.EnumerateFiles(logs, "*", SearchOption.AllDirectories).Where(file => file.Contains(function, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];
}
