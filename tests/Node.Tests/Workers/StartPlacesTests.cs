using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

public class StartPlacesTests
{
    private readonly StartPlaces _places = new(2);

    [Fact]
    public void There_are_so_many_places_and_a_start_that_ends_leaves_its_own()
    {
        Take(1);
        Assert.True(_places.HasFree(Samples.Time));
        Take(2);
        Assert.False(_places.HasFree(Samples.Time));
        Assert.True(_places.Leave(Samples.Environment(1)));
        Assert.False(_places.Leave(Samples.Environment(1)));
        Assert.True(_places.HasFree(Samples.Time));
    }

    [Fact]
    public void A_start_that_takes_long_holds_up_nobody()
    {
        Take(1);
        Take(2, seconds: 0.5);
        Assert.False(_places.HasFree(Samples.Time.AddSeconds(0.9)));
        Assert.True(_places.HasFree(Samples.Time.AddSeconds(1)));
        Take(3, seconds: 1);
        Assert.False(_places.HasFree(Samples.Time.AddSeconds(1.4)));
        Assert.False(_places.Leave(Samples.Environment(1)));
    }

    private void Take(int environment, double seconds = 0) => _places.Take(Samples.Environment(environment), Samples.Time.AddSeconds(seconds));
}
