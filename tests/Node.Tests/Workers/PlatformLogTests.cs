using System.Text;
using CsCheck;
using Hearth.Contracts;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

public class PlatformLogTests
{
    private const int MaxLineBytes = 262_144;

    private readonly CollectingLog _sink = new();
    private readonly FakeTime _time = new();
    private readonly PlatformLog _log;

    public PlatformLogTests() => _log = new PlatformLog(_sink, "hello", "2026/11/02/[$LATEST]e1", _time);

    [Fact]
    public void Output_is_cut_into_lines_whatever_the_pieces_it_comes_in() =>
        Gen.Select(Gen.Char["ab\n"].Array[0, 60].Select(text => new string(text)), Gen.Int[1, 7]).Sample((text, size) =>
        {
            var sink = new CollectingLog();
            var log = new PlatformLog(sink, "hello", "s", new FakeTime());
            foreach (var piece in text.Chunk(size))
                log.Write(Encoding.UTF8.GetBytes(piece));
            log.Line("END");
            var lines = text.Split('\n');
            Assert.Equal([.. lines[..^1], .. lines[^1].Length > 0 ? lines[^1..] : [], "END"], sink.Lines);
        });

    [Fact]
    public void A_platform_line_ends_the_line_that_the_function_has_begun()
    {
        Write("half");
        _log.Start("r1", "$LATEST");
        Write(" and half\nwhole\n");
        Assert.Equal(["half", "START RequestId: r1 Version: $LATEST", " and half", "whole"], _sink.Lines);
    }

    [Fact]
    public void An_entry_names_function_stream_and_time()
    {
        _time.AdvanceSeconds(5);
        Write("x\n");
        Assert.Equal(("hello", "2026/11/02/[$LATEST]e1", _time.Now, "x"), Assert.Single(_sink.Entries));
    }

    [Theory]
    [InlineData(MaxLineBytes)]
    [InlineData(MaxLineBytes + 1)]
    [InlineData(3 * MaxLineBytes)]
    [InlineData(3 * MaxLineBytes + 5)]
    public void A_line_without_an_end_is_cut_at_256_kib(int length)
    {
        Write(new string('x', length));
        Write("tail\n");
        Assert.All(_sink.Lines, line => Assert.InRange(line.Length, 1, MaxLineBytes));
        Assert.Equal(new string('x', length) + "tail", string.Concat(_sink.Lines));
    }

    [Fact]
    public void A_long_line_that_comes_in_small_pieces_is_cut_as_well()
    {
        var piece = new string('y', 1_000);
        for (var n = 0; n < 600; n++)
            Write(piece);
        Write("\n");
        Assert.Equal([MaxLineBytes, MaxLineBytes, 600_000 - (2 * MaxLineBytes)], _sink.Lines.Select(line => line.Length));
    }

    [Fact]
    public void Report_has_awss_fields_between_tabs()
    {
        _log.End("r1", new InvocationReport(TimeSpan.FromMilliseconds(12.345), 128, 41, null));
        Assert.Equal(
            ["END RequestId: r1", "REPORT RequestId: r1\tDuration: 12.35 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t"],
            _sink.Lines);
    }

    [Fact]
    public void Init_is_reported_and_billed_with_the_invocation_that_waited_for_it()
    {
        _log.End("r1", new InvocationReport(TimeSpan.FromMilliseconds(10), 256, 60, TimeSpan.FromMilliseconds(90.2), "Status: timeout"));
        Assert.Equal(
            "REPORT RequestId: r1\tDuration: 10.00 ms\tBilled Duration: 101 ms\tMemory Size: 256 MB\tMax Memory Used: 60 MB\tInit Duration: 90.20 ms\tStatus: timeout",
            _sink.Lines[1]);
    }

    [Fact]
    public void The_first_tail_reaches_back_to_the_start_and_a_later_one_is_kept_only_where_it_is_asked_for()
    {
        Write("loading\n");
        _log.BeginTail();
        Write("one\n");
        Assert.Equal("loading\none\n" + Ending("r1"), End("r1"));
        Write("two\n");
        Assert.Null(End("r2"));
    }

    [Fact]
    public void The_tail_is_what_was_written_since_it_began()
    {
        Write("before\n");
        End("r1");
        _log.BeginTail();
        Write("one\ntwo");
        Assert.Equal("one\ntwo\n" + Ending("r2"), End("r2"));
        Assert.Null(End("r3"));
    }

    [Fact]
    public void The_tail_is_the_last_4_kb_exactly() =>
        Gen.Char["ab"].Array[0, 900].Select(line => new string(line)).Array[0, 30].Sample(lines =>
        {
            var log = new PlatformLog(new CollectingLog(), "hello", "s", new FakeTime());
            log.BeginTail();
            foreach (var line in lines)
                log.Write(Encoding.UTF8.GetBytes(line + "\n"));
            var all = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")) + Ending("r1"));
            Assert.Equal(all.TakeLast(Limits.LogTailBytes), log.End("r1", Report));
        });

    [Fact]
    public void One_line_longer_than_the_tail_leaves_its_end()
    {
        _log.BeginTail();
        Write(new string('a', 5_000) + "z\n");
        var end = "z\n" + Ending("r1");
        Assert.Equal(new string('a', Limits.LogTailBytes - end.Length) + end, End("r1"));
    }

    [Fact]
    public async Task Nothing_the_function_prints_comes_between_end_and_report_or_after_them_in_the_tail()
    {
        using var started = new ManualResetEventSlim();
        var ended = false;
        var noise = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref ended))
                {
                    Write("x\n");
                    started.Set();
                }
            },
            TaskCreationOptions.LongRunning);
        started.Wait(TimeSpan.FromSeconds(30));
        try
        {
            for (var n = 0; n < 10_000; n++)
            {
                _log.BeginTail();
                Assert.EndsWith(Ending($"r{n}"), End($"r{n}"));
            }
        }
        finally
        {
            Volatile.Write(ref ended, true);
            await noise;
        }
    }

    private static InvocationReport Report { get; } = new(TimeSpan.FromMilliseconds(5), 128, 41, null);

    private static string Ending(string requestId) =>
        $"END RequestId: {requestId}\nREPORT RequestId: {requestId}\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t\n";

    private string? End(string requestId) => _log.End(requestId, Report) is { } tail ? Encoding.UTF8.GetString(tail) : null;

    private void Write(string text) => _log.Write(Encoding.UTF8.GetBytes(text));
}
