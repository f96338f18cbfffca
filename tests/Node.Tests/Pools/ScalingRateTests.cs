using CsCheck;
using Hearth.Node.Pools;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Pools;

public class ScalingRateTests
{
    private readonly ScalingRate _rate = new();

    [Fact]
    public void As_many_as_the_rate_come_at_once_and_then_one_after_the_other()
    {
        Assert.Equal(100, Enumerable.Range(0, 150).Count(_ => _rate.TryTake(100, Time)));
        Assert.False(_rate.TryTake(100, Time.AddMilliseconds(99)));
        Assert.True(_rate.TryTake(100, Time.AddMilliseconds(100)));
        Assert.False(_rate.TryTake(100, Time.AddMilliseconds(100)));
    }

    [Fact]
    public void What_is_not_used_is_not_saved_up()
    {
        Assert.True(_rate.TryTake(100, Time));
        Assert.Equal(100, Enumerable.Range(0, 500).Count(_ => _rate.TryTake(100, Time.AddHours(1))));
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_and_takes_nothing()
    {
        Assert.Equal(100, Enumerable.Range(0, 100).Count(_ => _rate.TryTake(100, Time)));
        Assert.False(_rate.TryTake(100, Time.AddHours(-1)));
        Assert.True(_rate.TryTake(100, Time.AddHours(-1).AddSeconds(1)));
    }

    [Theory]
    [InlineData(0, 128, 100)]
    [InlineData(12_288, 128, 100)]
    [InlineData(65_536, 128, 512)]
    [InlineData(65_536, 1_024, 100)]
    [InlineData(1_000_000, 128, 1_000)]
    public void It_is_what_the_workers_have_room_for_between_100_and_1000(long workersMib, int memoryMib, int rate) =>
        Assert.Equal(rate, ScalingRate.Of(workersMib, memoryMib));

    [Fact]
    public void No_ten_seconds_have_more_than_twice_the_rate() =>
        Gen.Int[0, 2_000].Array[1, 400].Sample(
            waits =>
            {
                var rate = new ScalingRate();
                var now = Time;
                var taken = new List<DateTimeOffset>();
                foreach (var wait in waits)
                {
                    now = now.AddMilliseconds(wait);
                    if (rate.TryTake(20, now))
                        taken.Add(now);
                }

                Assert.All(taken, from => Assert.InRange(taken.Count(one => one >= from && one < from.AddSeconds(10)), 1, 40));
            },
            iter: 200);
}
