using Akka.TestKit.Xunit2;
using Hearth.Node.Membership;

namespace Hearth.Node.Tests.Membership;

public class FleetTests : TestKit
{
    [Fact]
    public void Who_follows_the_fleet_is_told_what_happens_until_it_does_not()
    {
        using var fleet = new Fleet("node");
        var other = CreateTestProbe();
        fleet.Follow(TestActor);
        fleet.Follow(TestActor);
        fleet.Follow(other);
        fleet.Tell(new WorkerLeft("a"));
        Assert.Equal("a", ExpectMsg<WorkerLeft>().WorkerId);
        fleet.Unfollow(TestActor);
        fleet.Tell(new WorkerLeft("b"));
        Assert.Equal("a", other.ExpectMsg<WorkerLeft>().WorkerId);
        Assert.Equal("b", other.ExpectMsg<WorkerLeft>().WorkerId);
        Assert.False(HasMessages);
    }
}
