using System.Collections.Immutable;
using System.Reflection;
using Akka.Actor;
using Akka.Cluster;
using Akka.Util;
using Hearth.Contracts.Api;
using Hearth.Node.Inspection;

namespace Hearth.Node.Tests.Inspection;

public sealed class ClusterViewTests
{
    private static readonly Member Up = Of(1, MemberStatus.Up, "control"), Other = Of(2, MemberStatus.Up, "worker"), Joining = Of(3, MemberStatus.Joining);

    [Fact]
    public void A_member_is_described_with_its_marks()
    {
        var members = ClusterView.Members(State([Up, Other], unreachable: [Other], seenBy: [Up]));
        Assert.Equal(["akka.tcp://hearth@10.0.0.1:9071", "akka.tcp://hearth@10.0.0.2:9071"], members.Select(member => member.Address));
        Assert.Equal((true, true, "control"), (members[0].Leader, members[0].Reachable, members[0].Roles[0]));
        Assert.Equal((false, false, "worker"), (members[1].Leader, members[1].Reachable, members[1].Roles[0]));
    }

    [Fact]
    public void All_that_are_up_have_to_have_seen_the_state() =>
        Assert.Equal(
            [true, false, false],
            new[] { State([Up, Other, Joining], [], [Up, Other]), State([Up, Other], [], [Up]), State([Up, Other], [Other], [Up, Other]) }.Select(ClusterView.IsConverged));

    [Fact]
    public void One_that_is_down_already_holds_up_nothing()
    {
        var down = Of(2, MemberStatus.Down);
        Assert.True(ClusterView.IsConverged(State([Up, down], [down], [Up])));
    }

    [Fact]
    public void Status_names_leaders_by_role()
    {
        var status = ClusterView.Status(State([Up, Other], [], [Up, Other]), Up.Address, MemberStatus.Up);
        Assert.Equal((Up.Address.ToString(), "Up", Up.Address.ToString()), (status.Address, status.Status, status.Leader));
        Assert.Equal(new Dictionary<string, string> { ["control"] = Up.Address.ToString() }, status.RoleLeaders);
    }

    [Fact]
    public void Events_are_told_by_their_names()
    {
        var now = DateTimeOffset.UnixEpoch;
        Assert.Equal(
            ("UnreachableMember", Other.Address.ToString(), "worker"),
            ClusterView.Line(new ClusterEvent.UnreachableMember(Other), now) is { } line ? (line.Event, line.Address, line.Roles![0]) : default);
        Assert.Equal(new ClusterEventLine(now, "LeaderChanged", null), ClusterView.Line(new ClusterEvent.LeaderChanged(null), now));
        Assert.Equal("MemberJoining", ClusterView.Current(Joining, now).Event);
    }

    // Akka keeps the making of members to itself.
    private static Member Of(int number, MemberStatus status, params string[] roles) => (Member)typeof(Member)
        .GetConstructor(
            BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public,
            [typeof(UniqueAddress), typeof(int), typeof(MemberStatus), typeof(ImmutableHashSet<string>), typeof(AppVersion)])!
        .Invoke([new UniqueAddress(new Address("akka.tcp", "hearth", $"10.0.0.{number}", 9071), number), number, status, ImmutableHashSet.Create(roles), AppVersion.Zero]);

    private static ClusterEvent.CurrentClusterState State(Member[] members, Member[] unreachable, Member[] seenBy) => new(
        [.. members], [.. unreachable], [.. seenBy.Select(member => member.Address)], Up.Address,
        ImmutableDictionary<string, Address>.Empty.Add("control", Up.Address));
}
