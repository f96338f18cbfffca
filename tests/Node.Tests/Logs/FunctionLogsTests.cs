using System.Text;
using CsCheck;
using Hearth.Contracts.Api;
using Hearth.Node.Logs;

namespace Hearth.Node.Tests.Logs;

public sealed class FunctionLogsTests : LogFolder
{
    [Fact]
    public async Task A_reader_sees_every_line_appended_before_it_began_in_order()
    {
        for (var number = 0; number < 1_000; number++)
            Append("hello", $"line {number}");
        Append("other", "not mine");
        var lines = await ReadAsync("hello");
        Assert.Equal(Enumerable.Range(0, 1_000).Select(number => new LogLine(Clock.GetUtcNow(), Stream, $"line {number}")), lines);
    }

    [Fact]
    public async Task A_function_that_never_logged_has_no_lines() => Assert.Empty(await ReadAsync("nobody"));

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("ünï")]
    public void A_name_that_is_no_function_name_is_refused(string name) => Assert.Throws<ArgumentException>(() => Append(name, "x"));

    [Fact]
    public async Task Lines_of_a_restarted_node_follow_the_earlier_ones()
    {
        Append("hello", "one");
        await ReopenAsync();
        Append("hello", "two");
        Assert.Equal(["one", "two"], await MessagesAsync("hello"));
        Assert.Single(Files("hello"));
    }

    [Fact]
    public async Task Any_bytes_can_be_a_line()
    {
        await Gen.Byte.Array[0, 300].Array[1, 20].SampleAsync(
            async messages =>
            {
                var function = $"f{Guid.NewGuid():N}";
                foreach (var message in messages)
                    Append(function, message);
                Assert.Equal(messages.Select(message => Encoding.UTF8.GetString(message)), await MessagesAsync(function));
            },
            iter: 200,
            threads: 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("\n")]
    [InlineData("back\\slash \\n and\nnewline\\")]
    [InlineData("tab\tand\rreturn")]
    public async Task A_line_keeps_newlines_tabs_and_backslashes(string message)
    {
        Append("hello", message);
        Append("hello", "next");
        Assert.Equal([message, "next"], await MessagesAsync("hello"));
    }

    [Fact]
    public async Task A_plain_line_can_be_found_with_grep()
    {
        Append("hello", "REPORT RequestId: 1\tDuration: 2 ms\t");
        await Logs.FlushAsync();
        Assert.Equal($"2026-11-02T10:00:00.0000000Z {Stream}\tREPORT RequestId: 1\tDuration: 2 ms\t\n", await File.ReadAllTextAsync(Files("hello").Single()));
    }

    [Fact]
    public async Task A_line_over_256_KiB_is_cut_between_characters_with_a_mark()
    {
        var line = "x" + new string('é', 200_000);
        Append("hello", line);
        Append("hello", "next");
        var messages = (await MessagesAsync("hello")).ToArray();
        Assert.Equal(line[..131_072] + " [cut here: the line was 400001 bytes long]", messages[0]);
        Assert.Equal("next", messages[1]);
    }

    [Fact]
    public async Task A_longest_line_of_newlines_alone_is_kept()
    {
        var line = new string('\n', LogLineFormat.MaxMessageBytes);
        Append("hello", line);
        Assert.Equal([line], await MessagesAsync("hello"));
    }

    [Fact]
    public async Task A_stream_name_cannot_forge_a_line()
    {
        Logs.Append("hello", "a\nb\tc", Clock.GetUtcNow(), "x"u8);
        Assert.Equal([new LogLine(Clock.GetUtcNow(), "a_b_c", "x")], await ReadAsync("hello"));
    }

    [Fact]
    public async Task Since_and_limit_choose_lines()
    {
        for (var number = 0; number < 100; number++)
        {
            Append("hello", $"{number}");
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var since = Clock.GetUtcNow() - TimeSpan.FromSeconds(10);
        Assert.Equal(Numbers(90, 10), await MessagesAsync("hello", new LogQuery(Since: since)));
        Assert.Equal(Numbers(97, 3), await MessagesAsync("hello", new LogQuery(Since: since, Limit: 3)));
        Assert.Equal(Numbers(90, 10), await MessagesAsync("hello", new LogQuery(Since: since, Limit: 30)));
        Assert.Equal(Numbers(0, 100), await MessagesAsync("hello", new LogQuery(Limit: 1_000)));
        Assert.Empty(await MessagesAsync("hello", new LogQuery(Limit: 0)));
    }

    [Fact]
    public async Task Since_and_limit_reach_over_several_files()
    {
        var filler = new string('x', 100_000);
        for (var number = 0; number < 100; number++)
        {
            Append("hello", $"{number} {filler}");
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Logs.FlushAsync();
        }

        Assert.True(Files("hello").Length >= 3);
        for (var count = 0; count <= 100; count += 9)
        {
            var expected = Numbers(100 - count, count);
            Assert.Equal(expected, (await MessagesAsync("hello", new LogQuery(Limit: count))).Select(message => message.Split(' ')[0]));
            var since = Clock.GetUtcNow() - TimeSpan.FromSeconds(count);
            Assert.Equal(expected, (await MessagesAsync("hello", new LogQuery(Since: since))).Select(message => message.Split(' ')[0]));
        }
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_short_is_skipped_and_the_next_one_is_whole()
    {
        Append("hello", "one");
        await Logs.DisposeAsync();
        await File.AppendAllTextAsync(Files("hello").Single(), "2026-11-02T10:00:00.0000000Z stream\ttor");
        await ReopenAsync();
        Assert.Equal(["one"], await MessagesAsync("hello"));
        Append("hello", "two");
        Assert.Equal(["one", "two"], await MessagesAsync("hello"));
        Assert.Equal(["two"], await MessagesAsync("hello", new LogQuery(Limit: 1)));
    }

    [Fact]
    public async Task What_is_no_line_of_ours_is_skipped()
    {
        Append("hello", "one");
        await Logs.FlushAsync();
        await File.AppendAllTextAsync(Files("hello").Single(), $"\n\0\0\0\nnonsense\n{new string('y', 3_000_000)}\n2026-13-99T10:00:00.0000000Z s\tx\n");
        await ReopenAsync();
        Append("hello", "two");
        Assert.Equal(["one", "two"], await MessagesAsync("hello"));
    }

    [Fact]
    public async Task Lines_of_many_threads_keep_the_order_of_each()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var number = 0; number < 1_000; number++)
                Append("hello", $"{thread} {number}");
        })));
        var lines = (await MessagesAsync("hello")).Select(message => message.Split(' ')).ToArray();
        Assert.Equal(8_000, lines.Length);
        Assert.All(lines.GroupBy(line => line[0]), thread => Assert.Equal(Numbers(0, 1_000), thread.Select(line => line[1])));
    }

    [Fact]
    public async Task Appends_after_the_end_are_ignored_and_what_was_written_can_still_be_read()
    {
        Append("hello", "one");
        await Logs.DisposeAsync();
        Append("hello", "two");
        Assert.Equal(["one"], await MessagesAsync("hello"));
        await Logs.DisposeAsync();
    }

    private static IEnumerable<string> Numbers(int first, int count) => Enumerable.Range(first, count).Select(number => $"{number}");
}
