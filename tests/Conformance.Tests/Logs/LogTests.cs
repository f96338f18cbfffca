using System.Globalization;
using System.Text.RegularExpressions;
using Conformance.Tests.Contract;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Client;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Logs;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class LogsOnContainersTests(ContainerNode node) : LogSuite(node);

[Collection(OnProcesses.Name)]
public sealed class LogsOnProcessesTests(ProcessNode node) : LogSuite(node);

/// <summary>A function's log: its own lines with the platform's between them, in order.</summary>
public abstract partial class LogSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task Lines_come_in_order_with_the_platforms_lines_around_them(string language)
    {
        var function = await Node.CreateAsync(Languages.Pick(
            language,
            """
            import sys
            print("loading")
            def handler(event, context):
                for i in range(100):
                    print("out", i)
                    print("err", i, file=sys.stderr)
                sys.stdout.write("no newline")
            """,
            """
            process.stdout.write('loading\n');
            exports.handler = async () => {
              for (let i = 0; i < 100; i++) {
                process.stdout.write(`out ${i}\n`);
                process.stderr.write(`err ${i}\n`);
              }
              process.stdout.write('no newline');
            };
            """));
        var calls = new[] { await function.InvokeAsync(), await function.InvokeAsync() };
        var lines = await function.LogAsync();
        Assert.Single(lines.Select(line => line.Stream).Distinct());
        Assert.Equal(lines.OrderBy(line => line.Timestamp), lines);

        var own = Enumerable.Range(0, 100).SelectMany(i => new[] { $"out {i}", $"err {i}" }).Append("no newline").ToList();
        var expected = new List<string> { "loading" };
        foreach (var call in calls)
            expected.AddRange([$"START RequestId: {call.AssertSucceeded().RequestId} Version: $LATEST", .. own, $"END RequestId: {call.RequestId}", $"REPORT RequestId: {call.RequestId}"]);
        Assert.StartsWith("INIT_START Runtime Version: ", lines[0].Message);
        Assert.Equal(expected, lines.Skip(1).Select(line => line.Message.Split('\t')[0]));
    }

    [SuiteFact]
    public async Task A_report_has_durations_memory_and_what_is_billed()
    {
        var function = await Node.CreateAsync(
            Source.Python("import time\ndef handler(event, context):\n    block = b'x' * event * 1048576\n    time.sleep(0.05)"),
            request => request with { MemorySize = 256, Timeout = 30 });
        var (cold, warm) = (await function.InvokeTailedAsync("60"), await function.InvokeTailedAsync("0"));
        var first = ReportLine().Match(cold.AssertSucceeded().LogTail);
        var second = ReportLine().Match(warm.AssertSucceeded().LogTail);
        Assert.True(first.Success && first.Groups["init"].Success, cold.LogTail);
        Assert.True(second.Success && !second.Groups["init"].Success, warm.LogTail);

        static double Number(Match match, string name) => double.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
        Assert.Equal(cold.RequestId, first.Groups["id"].Value);
        Assert.Equal("256", first.Groups["size"].Value);
        Assert.InRange(Number(first, "duration"), 50, 30_000);
        Assert.InRange(Number(first, "init"), 0.01, 10_000);
        // Each figure is rounded by itself.
        Assert.InRange(Number(first, "billed"), Math.Ceiling(Number(first, "duration") + Number(first, "init") - 0.01), Math.Ceiling(Number(first, "duration") + Number(first, "init") + 0.01));
        Assert.InRange(Number(second, "billed"), Math.Ceiling(Number(second, "duration") - 0.005), Math.Ceiling(Number(second, "duration") + 0.005));
        Assert.InRange(Number(first, "used"), 60, 256);
    }

    [SuiteFact]
    public async Task A_tail_has_the_last_four_kilobytes()
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context):\n    for i in range(1000): print('line', i)"));
        var tail = (await function.InvokeTailedAsync()).AssertSucceeded().LogTail;
        Assert.Equal(4_096, tail.Length);
        Assert.Contains("\nline 999\nEND RequestId: ", tail);
        Assert.False((await function.InvokeAsync()).Headers.ContainsKey("X-Amz-Log-Result"));
    }

    [SuiteFact]
    public async Task A_follower_gets_lines_as_they_are_written()
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context): print('got', event)"));
        using var enough = new CancellationTokenSource(Patience.Condition);
        await function.InvokeAsync("1");
        var seen = new List<string>();
        await foreach (var line in Node.Client.ReadLogsAsync(function.Name, new LogOptions { Follow = true }, enough.Token))
        {
            if (!line.Message.StartsWith("got ", StringComparison.Ordinal))
                continue;
            seen.Add(line.Message);
            if (seen.Count == 4)
                break;
            await function.InvokeAsync($"{seen.Count + 1}");
        }

        Assert.Equal(["got 1", "got 2", "got 3", "got 4"], seen);
    }

    [SuiteFact]
    public async Task A_reader_can_ask_for_the_last_lines_or_for_those_since_an_instant()
    {
        var function = await Node.CreateAsync(Source.Python("def handler(event, context): print('got', event)"));
        for (var i = 1; i <= 3; i++)
            await function.InvokeAsync($"{i}");
        var all = await function.LogAsync();
        Assert.Equal(all.TakeLast(2), await ReadAsync(new LogOptions { Limit = 2 }));
        var since = all.First(line => line.Message == "got 3").Timestamp;
        Assert.Equal(all.Where(line => line.Timestamp >= since), await ReadAsync(new LogOptions { Since = since }));

        async Task<List<LogLine>> ReadAsync(LogOptions options)
        {
            var lines = new List<LogLine>();
            await foreach (var line in Node.Client.ReadLogsAsync(function.Name, options))
                lines.Add(line);
            return lines;
        }
    }

    [GeneratedRegex(
        @"REPORT RequestId: (?<id>[0-9a-f-]{36})\tDuration: (?<duration>\d+\.\d\d) ms\tBilled Duration: (?<billed>\d+) ms\t" +
        @"Memory Size: (?<size>\d+) MB\tMax Memory Used: (?<used>\d+) MB\t(Init Duration: (?<init>\d+\.\d\d) ms\t)?\n")]
    private static partial Regex ReportLine();
}
