using Hearth.Node.Runtimes;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Tests.Workers.Blanks;

public sealed class BlankRoomTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_emptiest_is_started_first_then_the_one_asked_for_last_and_none_that_has_no_room()
    {
        BlankStock full = Plain("a", ready: 2, askedAt: 9), early = Plain("b", ready: 1, askedAt: 1), late = Plain("c", ready: 1, askedAt: 2);
        Assert.Same(late, BlankRoom.Next([full, early, late], leftMib: 10));
        Assert.Same(early, BlankRoom.Next([full, early], leftMib: 10));
        Assert.Null(BlankRoom.Next([full, early, late], leftMib: 9));
    }

    [Fact]
    public void Who_has_several_gives_one_up_before_a_size_gives_up_its_only_one()
    {
        var first = Plain("new", ready: 0, askedAt: 5);
        BlankStock rich = Plain("a", ready: 2, askedAt: 9), richest = Plain("b", ready: 3, askedAt: 9), size = Sized(512, ready: 1, askedAt: 1);
        Assert.Same(richest, BlankRoom.Giver([first, rich, size, richest], first));
        Assert.Same(size, BlankRoom.Giver([first, size], first));
    }

    [Fact]
    public void Of_sizes_the_one_asked_for_longest_ago_gives_up_and_none_that_was_asked_for_later()
    {
        var first = Sized(128, ready: 0, askedAt: 5);
        BlankStock oldest = Sized(512, ready: 1, askedAt: 1), old = Sized(1_024, ready: 1, askedAt: 2), later = Sized(2_048, ready: 1, askedAt: 6);
        Assert.Same(oldest, BlankRoom.Giver([first, old, oldest, later], first));
        Assert.Null(BlankRoom.Giver([first, later], first));
    }

    [Fact]
    public void The_only_one_of_a_runtime_that_serves_any_size_is_never_given_up()
    {
        var first = Sized(128, ready: 0, askedAt: 5);
        Assert.Null(BlankRoom.Giver([first, Plain("a", ready: 1, askedAt: 1)], first));
    }

    [Fact]
    public void Sizes_are_forgotten_after_an_hour_but_for_the_latest_of_each_runtime()
    {
        BlankStock old = Sized(512, ready: 1, askedAt: 0), latest = Sized(1_024, ready: 1, askedAt: 1), other = Sized(512, ready: 1, askedAt: 0, "other"), plain = Plain("a", 1, 0);
        BlankStock[] all = [old, latest, other, plain];
        Assert.Empty(BlankRoom.Forgotten(all, Start.AddSeconds(3_600)));
        Assert.Equal([old], BlankRoom.Forgotten(all, Start.AddSeconds(3_601)));
        old.Starting = 1;
        Assert.Empty(BlankRoom.Forgotten(all, Start.AddSeconds(3_601)));
    }

    private static BlankStock Plain(string runtime, int ready, int askedAt) => Stock(runtime, 512, new BlankManifest(512, 10, []), ready, askedAt);

    private static BlankStock Sized(int memoryMib, int ready, int askedAt, string runtime = "sized") => Stock(runtime, memoryMib, new BlankManifest(null, 10, []), ready, askedAt);

    private static BlankStock Stock(string runtime, int memoryMib, BlankManifest blank, int ready, int askedAt)
    {
        var stock = new BlankStock(new InstalledRuntime(runtime, runtime, null, null, "/", ["/bin/true"], new Dictionary<string, string>(), blank), memoryMib, "");
        stock.Demand.Expect(Start.AddSeconds(askedAt));
        for (var i = 0; i < ready; i++)
            stock.Add(new FakeBlank());
        return stock;
    }
}
