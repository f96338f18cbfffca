using Akka.Actor;
using Akka.Cluster;
using Hearth.Contracts.Api;
using Hearth.Node.Membership;

namespace Hearth.Node.Inspection;

/// <summary>Akka's view of the cluster in the words of the API. Pure.</summary>
internal static class ClusterView
{
    public static IReadOnlyList<MemberDescription> Members(ClusterEvent.CurrentClusterState state) =>
    [
        .. state.Members.OrderBy(member => member.Address.ToString(), StringComparer.Ordinal).Select(member => new MemberDescription(
            member.Address.ToString(),
            NodeRoles.Shown(member.Roles),
            member.Status.ToString(),
            !state.Unreachable.Contains(member),
            member.Address.Equals(state.Leader))),
    ];

    public static ClusterStatusResponse Status(ClusterEvent.CurrentClusterState state, Address self, MemberStatus selfStatus) => new(
        self.ToString(),
        selfStatus.ToString(),
        state.Leader?.ToString(),
        NodeRoles.Shown(state.AllRoles)
            .Select(role => (role, leader: state.RoleLeader(role)))
            .Where(pair => pair.leader is not null)
            .ToDictionary(pair => pair.role, pair => pair.leader!.ToString()),
        [.. state.Unreachable.Select(member => member.Address.ToString()).Order(StringComparer.Ordinal)],
        IsConverged(state),
        Members(state));

    /// <summary>As Akka decides it: those on their way out hold up nothing.</summary>
    public static bool IsConverged(ClusterEvent.CurrentClusterState state) =>
        state.Unreachable.All(member => member.Status is MemberStatus.Down or MemberStatus.Exiting) &&
        state.Members.Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving).All(member => state.SeenBy.Contains(member.Address));

    /// <summary>A member as an event that would have brought it to where it is.</summary>
    public static ClusterEventLine Current(Member member, DateTimeOffset now) => Line($"Member{member.Status}", member, now);

    /// <summary>Null for what is not of its members.</summary>
    public static ClusterEventLine? Line(ClusterEvent.IClusterDomainEvent happened, DateTimeOffset now) => happened switch
    {
        ClusterEvent.IMemberEvent of => Line(of.GetType().Name, of.Member, now),
        ClusterEvent.ReachabilityEvent of => Line(of.GetType().Name, of.Member, now),
        ClusterEvent.LeaderChanged of => new ClusterEventLine(now, nameof(ClusterEvent.LeaderChanged), of.Leader?.ToString()),
        _ => null,
    };

    private static ClusterEventLine Line(string name, Member member, DateTimeOffset now) =>
        new(now, name, member.Address.ToString(), NodeRoles.Shown(member.Roles));
}
