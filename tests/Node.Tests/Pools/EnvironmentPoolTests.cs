using Hearth.Contracts.Environments;
using Hearth.Node.Pools;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Pools;

public class EnvironmentPoolTests
{
    private readonly EnvironmentPool _pool = new();

    [Fact]
    public void The_first_invocation_gets_a_cold_environment_by_the_name_offered()
    {
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(1), "node"), Admit("r1", 1));
        Assert.Equal((1, 1), (_pool.Count, _pool.Leased));
    }

    [Fact]
    public void A_released_environment_is_leased_again_warm_and_counts_its_leases()
    {
        Admit("r1", 1);
        Assert.Null(_pool.Release(Environment(1), "r1", Time));
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(1), "node"), Admit("r2", 2));
        Assert.Equal(2, Assert.Single(_pool.Members).Leases);
    }

    [Fact]
    public void The_environment_used_last_is_leased_first()
    {
        Admit("r1", 1);
        Admit("r2", 2);
        Admit("r3", 3);
        _pool.Release(Environment(2), "r2", At(1));
        _pool.Release(Environment(3), "r3", At(2));
        _pool.Release(Environment(1), "r1", At(3));
        Assert.Equal([Environment(1), Environment(3), Environment(2)], Enumerable.Range(4, 3).Select(n => Admit($"r{n}", n).EnvironmentId));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void One_lease_more_than_the_limit_is_throttled_and_changes_nothing(int limit)
    {
        for (var n = 1; n <= limit; n++)
            Assert.Equal(PoolVerdict.Cold, Admit($"r{n}", n, limit).Verdict);

        Assert.Equal(PoolVerdict.Throttle, Admit("r9", 9, limit).Verdict);
        Assert.Equal((limit, limit), (_pool.Count, _pool.Leased));

        _pool.Release(Environment(1), "r1", Time);
        Assert.Equal(PoolVerdict.Warm, Admit("r9", 9, limit).Verdict);
    }

    [Theory]
    [InlineData("r2")]
    [InlineData("")]
    public void A_release_of_a_lease_that_is_not_held_changes_nothing(string requestId)
    {
        Admit("r1", 1);
        Assert.Null(_pool.Release(Environment(1), requestId, Time));
        Assert.Null(_pool.Release(Environment(2), "r1", Time));
        Assert.Equal(1, _pool.Leased);
    }

    [Fact]
    public void A_second_release_of_the_same_lease_does_not_free_the_next_holders()
    {
        Admit("r1", 1);
        _pool.Release(Environment(1), "r1", Time);
        Admit("r2", 2);
        Assert.Null(_pool.Release(Environment(1), "r1", Time));
        Assert.Equal("r2", Assert.Single(_pool.Members).RequestId);
    }

    [Fact]
    public void An_environment_that_ended_is_not_leased_again()
    {
        Admit("r1", 1);
        _pool.Release(Environment(1), "r1", Time);
        Assert.NotNull(_pool.Remove(Environment(1)));
        Assert.Null(_pool.Remove(Environment(1)));
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(2), "node"), Admit("r2", 2));
    }

    [Fact]
    public void An_idle_environment_can_be_reclaimed_and_a_leased_one_cannot()
    {
        Admit("r1", 1);
        Assert.Null(_pool.Reclaim(Environment(1)));
        Assert.Null(_pool.Reclaim(Environment(2)));
        _pool.Release(Environment(1), "r1", Time);
        Assert.NotNull(_pool.Reclaim(Environment(1)));
        Assert.Equal(0, _pool.Count);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void An_environment_expires_exactly_when_it_has_been_idle_since_the_cutoff(long ticksPast, bool expires)
    {
        Admit("r1", 1);
        _pool.Release(Environment(1), "r1", Time);
        var expired = Ids(_pool.Expire(At(100), Time.AddTicks(ticksPast)));
        Assert.Equal(expires ? [Environment(1)] : [], expired);
        Assert.Equal(expires ? 0 : 1, _pool.Count);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public void A_lease_ends_exactly_at_its_deadline(long ticksPast, bool expires)
    {
        Admit("r1", 1, limit: 1);
        var expired = Ids(_pool.Expire(At(60).AddTicks(ticksPast), DateTimeOffset.MinValue));
        Assert.Equal(expires ? [Environment(1)] : [], expired);
        Assert.Equal(expires ? 0 : 1, _pool.Leased);
    }

    [Fact]
    public void A_leased_environment_does_not_expire_for_having_been_idle_before()
    {
        Admit("r1", 1);
        _pool.Release(Environment(1), "r1", Time);
        Admit("r2", 2);
        Assert.Empty(_pool.Expire(At(1), At(1)));
    }

    [Fact]
    public void When_the_function_changes_idle_environments_stop_at_once_and_leased_ones_on_release()
    {
        Admit("r1", 1);
        Admit("r2", 2);
        _pool.Release(Environment(1), "r1", Time);
        Assert.Equal([Environment(1)], Ids(_pool.Retire()));
        Assert.Equal(PoolVerdict.Cold, Admit("r3", 3).Verdict);

        Assert.NotNull(_pool.Release(Environment(2), "r2", Time));
        Assert.Null(_pool.Release(Environment(3), "r3", Time));
        Assert.Equal(Environment(3), Assert.Single(_pool.Members).EnvironmentId);
    }

    [Fact]
    public void A_single_environment_can_be_retired()
    {
        Admit("r1", 1);
        Admit("r2", 2);
        _pool.Release(Environment(1), "r1", Time);
        Assert.Empty(_pool.RetireMember(Environment(2)));
        Assert.Empty(_pool.RetireMember(Environment(7)));
        Assert.Equal([Environment(1)], Ids(_pool.RetireMember(Environment(1))));
        Assert.NotNull(_pool.Release(Environment(2), "r2", Time));
    }

    [Fact]
    public void A_reported_environment_is_adopted_with_its_lease_or_idle()
    {
        _pool.Adopt(Environment(1), "node", Time, Lease(Environment(1), "r1"), Time);
        _pool.Adopt(Environment(2), "node", Time, null, Time);
        Assert.Equal((2, 1), (_pool.Count, _pool.Leased));
        Assert.Equal(PoolVerdict.Throttle, Admit("r3", 3, limit: 1).Verdict);
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(2), "node"), Admit("r3", 3));
        Assert.Null(_pool.Release(Environment(1), "r1", Time));
        Assert.Equal(1, _pool.Leased);
    }

    [Fact]
    public void An_environment_that_is_known_is_not_adopted_again()
    {
        Admit("r1", 1);
        _pool.Adopt(Environment(1), "node", Time, null, Time);
        Assert.Equal((1, 1), (_pool.Count, _pool.Leased));
    }

    [Fact]
    public void The_callers_node_is_preferred_and_else_the_environment_used_last()
    {
        foreach (var (n, worker) in new[] { (1, "a"), (2, "b"), (3, "a"), (4, "b") })
            _pool.Adopt(Environment(n), worker, Time, null, Time);
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(3), "a"), Admit("r1", 9, near: "a"));
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(4), "b"), Admit("r2", 9));
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(1), "a"), Admit("r3", 9, near: "a"));
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(2), "b"), Admit("r4", 9, near: "a"));
    }

    [Fact]
    public void A_worker_that_is_avoided_is_avoided_even_where_it_is_nearest()
    {
        _pool.Adopt(Environment(1), "a", Time, null, Time);
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(2), "node"), Admit("r1", 2, near: "a", avoid: "a"));
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(1), "a"), Admit("r2", 3, avoid: "b"));
    }

    [Fact]
    public void A_request_that_has_a_lease_keeps_it_whatever_the_limit_and_gets_another_once_it_is_released()
    {
        Admit("r1", 1);
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(1), "node"), Admit("r1", 2, limit: 1));
        Assert.Equal((1, 1), (_pool.Count, _pool.Leased));
        _pool.Remove(Environment(1));
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(2), "node"), Admit("r1", 2, limit: 1));
    }

    [Fact]
    public void A_new_environment_is_placed_and_where_it_cannot_be_nothing_changes()
    {
        Assert.Equal(PoolVerdict.Homeless, _pool.Admit("r1", Environment(1), new PoolLimits(9), Time, At(60), default, () => null).Verdict);
        Assert.Equal(0, _pool.Count);
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(1), "b"), _pool.Admit("r1", Environment(1), new PoolLimits(9), Time, At(60), default, () => "b"));
        Assert.Equal((1, 0), (_pool.CountOn("b"), _pool.CountOn("a")));
    }

    [Fact]
    public void A_worker_that_is_not_reached_keeps_its_environments_and_none_of_them_is_leased()
    {
        _pool.Adopt(Environment(1), "a", Time, null, Time);
        _pool.Suspend("a", suspended: true);
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(2), "node"), Admit("r1", 2, near: "a"));
        _pool.Suspend("a", suspended: false);
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(1), "a"), Admit("r2", 3));
    }

    [Fact]
    public void The_environments_of_a_worker_that_is_gone_are_gone_with_their_leases()
    {
        _pool.Adopt(Environment(1), "a", Time, null, Time);
        _pool.Adopt(Environment(2), "a", Time, Lease(Environment(2), "r2"), Time);
        _pool.Adopt(Environment(3), "b", Time, Lease(Environment(3), "r3"), Time);
        _pool.Lose("a");
        Assert.Equal((1, 1), (_pool.Count, _pool.Leased));
        Assert.Null(_pool.Release(Environment(2), "r2", Time));
    }

    [Fact]
    public void The_environments_of_a_worker_that_leaves_stop_and_leased_ones_on_release()
    {
        _pool.Adopt(Environment(1), "a", Time, null, Time);
        _pool.Adopt(Environment(2), "a", Time, Lease(Environment(2), "r2"), Time);
        _pool.Adopt(Environment(3), "b", Time, null, Time);
        Assert.Equal([Environment(1)], Ids(_pool.RetireWorker("a")));
        Assert.Equal(Environment(2), _pool.Release(Environment(2), "r2", Time)?.EnvironmentId);
        Assert.Equal(Environment(3), Assert.Single(_pool.Members).EnvironmentId);
    }

    [Fact]
    public void A_lease_that_its_worker_knows_nothing_of_ends_unless_it_is_young()
    {
        foreach (var n in Enumerable.Range(1, 4))
            Admit($"r{n}", n);
        var reported = new Dictionary<EnvironmentId, Lease?> { [Environment(1)] = Lease(Environment(1), "r1"), [Environment(2)] = null, [Environment(3)] = Lease(Environment(3), "r9") };
        Assert.Empty(_pool.Reconcile("node", reported, At(20), Time.AddTicks(-1)));
        Assert.Empty(_pool.Reconcile("other", new Dictionary<EnvironmentId, Lease?>(), At(20), At(5)));
        Assert.Equal(4, _pool.Leased);

        Assert.Equal(["node"], _pool.WorkersWithLeases(Time));
        Assert.Empty(_pool.WorkersWithLeases(Time.AddTicks(-1)));
        Assert.Empty(_pool.Reconcile("node", reported, At(20), Time));
        Assert.Equal(["r1"], _pool.Members.Where(member => member.RequestId is not null).Select(member => member.RequestId));
        Assert.Equal(3, _pool.Count);
    }

    [Fact]
    public void Environments_that_come_too_fast_are_throttled_and_idle_ones_are_not()
    {
        Admit("r1", 1, starts: 2);
        Assert.Equal(PoolVerdict.Cold, Admit("r2", 2, starts: 2).Verdict);
        Assert.Equal(PoolVerdict.TooFast, Admit("r3", 3, starts: 2).Verdict);
        Assert.Equal((2, 2), (_pool.Count, _pool.Leased));

        _pool.Release(Environment(1), "r1", Time);
        Assert.Equal(PoolVerdict.Warm, Admit("r3", 3, starts: 2).Verdict);
    }

    private PoolDecision Admit(string requestId, int candidate, int limit = 100, string? near = null, string? avoid = null, int starts = 100) =>
        _pool.Admit(requestId, Environment(candidate), new PoolLimits(limit, starts), Time, At(60), new Preference(near, avoid), () => "node");

    private static IEnumerable<EnvironmentId> Ids(IEnumerable<PoolMember> members) => members.Select(member => member.EnvironmentId);

    private static DateTimeOffset At(int seconds) => Time + TimeSpan.FromSeconds(seconds);
}
