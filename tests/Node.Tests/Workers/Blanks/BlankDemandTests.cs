using CsCheck;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Tests.Workers.Blanks;

public sealed class BlankDemandTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void One_is_wanted_where_nothing_was_asked_for() => Assert.Equal(1, new BlankDemand().Wanted(Start));

    [Theory]
    [InlineData(0, 7)]
    [InlineData(590, 7)]
    [InlineData(600, 1)]
    [InlineData(86_400, 1)]
    public void The_busiest_ten_seconds_count_for_ten_minutes(int secondsLater, int wanted)
    {
        var demand = new BlankDemand();
        for (var i = 0; i < 7; i++)
            demand.Note(Start.AddSeconds(i));
        for (var i = 10; i < 40; i += 10)
            demand.Note(Start.AddSeconds(i));
        Assert.Equal(wanted, demand.Wanted(Start.AddSeconds(secondsLater)));
    }

    [Fact]
    public void It_is_the_fullest_of_the_last_sixty_buckets_whatever_the_times() =>
        Gen.Int[0, 900].List[0, 200].Sample(seconds =>
        {
            var demand = new BlankDemand();
            var times = seconds.Order().ToList();
            times.ForEach(second => demand.Note(Start.AddSeconds(second)));
            var now = times.LastOrDefault() + 30;
            var expected = times.GroupBy(second => second / 10).Where(bucket => bucket.Key > (now / 10) - 60).Select(bucket => bucket.Count()).DefaultIfEmpty(0).Max();
            Assert.Equal(Math.Max(1, expected), demand.Wanted(Start.AddSeconds(now)));
        });

    [Fact]
    public void A_clock_that_is_set_back_neither_fails_nor_forgets()
    {
        var demand = new BlankDemand();
        demand.Note(Start);
        demand.Note(Start.AddHours(-1));
        Assert.Equal(2, demand.Wanted(Start.AddHours(-1)));
    }
}
