using Hearth.Contracts.Inspection;
using Hearth.Node.Inspection;
using Hearth.Node.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Hearth.Node.Tests.Inspection;

public sealed class NodeLogTests : IDisposable
{
    private readonly NodeLog _log = new(new FakeTime(), "n1");

    private ILogger Logger => _log.CreateLogger("source");

    [Fact]
    public void Lines_are_read_once_each_and_from_a_level_on()
    {
        Logger.LogInformation("one");
        Logger.LogWarning("two");
        var first = _log.Read(new ReadNodeLog(0, "Information"));
        Assert.Equal(["one", "two"], first.Lines.Select(line => line.Message));
        Assert.Empty(_log.Read(new ReadNodeLog(first.Last, "Information")).Lines);

        Logger.LogInformation("three");
        Logger.LogError(new InvalidOperationException("why"), "four");
        var second = _log.Read(new ReadNodeLog(first.Last, "Warning"));
        Assert.StartsWith("four: System.InvalidOperationException: why", Assert.Single(second.Lines).Message, StringComparison.Ordinal);
        Assert.Equal(4, second.Last);
    }

    [Fact]
    public void The_first_look_has_the_newest_lines_and_a_later_one_every_line_in_turn()
    {
        for (var i = 1; i <= 150; i++)
            Logger.LogInformation("{Number}", i);
        var first = _log.Read(new ReadNodeLog(0, "Debug"));
        Assert.Equal((100, "51", "150"), (first.Lines.Count, first.Lines[0].Message, first.Lines[^1].Message));

        var page = _log.Read(new ReadNodeLog(10, "Debug"));
        Assert.Equal(("11", "110", 110), (page.Lines[0].Message, page.Lines[^1].Message, page.Last));
    }

    [Fact]
    public void No_more_is_kept_than_a_thousand_lines_of_a_bounded_length()
    {
        for (var i = 1; i <= 1_200; i++)
            Logger.LogInformation("{Number} {Long}", i, new string('x', 5_000));
        var oldest = _log.Read(new ReadNodeLog(1, "Debug")).Lines[0].Message;
        Assert.StartsWith("201 ", oldest, StringComparison.Ordinal);
        Assert.Equal(801, oldest.Length);
    }

    [Fact]
    public void A_number_from_before_a_restart_reads_anew()
    {
        Logger.LogInformation("one");
        Assert.Single(_log.Read(new ReadNodeLog(500, "Debug")).Lines);
    }

    [Fact]
    public void What_actors_log_is_told_by_their_path()
    {
        Logger.LogInformation("[INFO][11/26/2026 12:06:26.342Z][Thread 0013][akka://hearth/user/worker] A text [of] it");
        var line = Assert.Single(_log.Read(new ReadNodeLog(0, "Debug")).Lines);
        Assert.Equal(("akka://hearth/user/worker", "A text [of] it"), (line.Source, line.Message));
    }

    public void Dispose() => _log.Dispose();
}
