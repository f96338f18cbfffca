using Hearth.Contracts.Errors;
using Hearth.Node.Pools;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Pools;

public class EnvironmentPoolTests
{
    private readonly EnvironmentPool _pool = new();

    [Fact]
    public void The_first_invocation_gets_a_cold_environment_by_the_name_offered()
    {
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(1)), Admit("r1", 1));
        Assert.Equal((1, 1), (_pool.Count, _pool.Leased));
    }

    [Fact]
    public void A_released_environment_is_leased_again_warm_and_counts_its_leases()
    {
        Admit("r1", 1);
        Assert.False(_pool.Release(Environment(1), "r1", Time));
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(1)), Admit("r2", 2));
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

        var refused = Admit("r9", 9, limit);
        Assert.Equal((PoolVerdict.Throttle, ThrottleReason.ConcurrentInvocationLimitExceeded), (refused.Verdict, refused.Reason));
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
        Assert.False(_pool.Release(Environment(1), requestId, Time));
        Assert.False(_pool.Release(Environment(2), "r1", Time));
        Assert.Equal(1, _pool.Leased);
    }

    [Fact]
    public void A_second_release_of_the_same_lease_does_not_free_the_next_holders()
    {
        Admit("r1", 1);
        _pool.Release(Environment(1), "r1", Time);
        Admit("r2", 2);
        Assert.False(_pool.Release(Environment(1), "r1", Time));
        Assert.Equal("r2", Assert.Single(_pool.Members).RequestId);
    }

    [Fact]
    public void An_environment_that_ended_is_not_leased_again()
    {
        Admit("r1", 1);
        _pool.Release(Environment(1), "r1", Time);
        Assert.True(_pool.Remove(Environment(1)));
        Assert.False(_pool.Remove(Environment(1)));
        Assert.Equal(new PoolDecision(PoolVerdict.Cold, Environment(2)), Admit("r2", 2));
    }

    [Fact]
    public void An_idle_environment_can_be_reclaimed_and_a_leased_one_cannot()
    {
        Admit("r1", 1);
        Assert.False(_pool.Reclaim(Environment(1)));
        Assert.False(_pool.Reclaim(Environment(2)));
        _pool.Release(Environment(1), "r1", Time);
        Assert.True(_pool.Reclaim(Environment(1)));
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
        var expired = _pool.Expire(At(100), Time.AddTicks(ticksPast));
        Assert.Equal(expires ? [Environment(1)] : [], expired);
        Assert.Equal(expires ? 0 : 1, _pool.Count);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public void A_lease_ends_exactly_at_its_deadline(long ticksPast, bool expires)
    {
        _pool.Admit("r1", Environment(1), 1, Time, At(60));
        var expired = _pool.Expire(At(60).AddTicks(ticksPast), DateTimeOffset.MinValue);
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
        Assert.Equal([Environment(1)], _pool.Retire());
        Assert.Equal(PoolVerdict.Cold, Admit("r3", 3).Verdict);

        Assert.True(_pool.Release(Environment(2), "r2", Time));
        Assert.False(_pool.Release(Environment(3), "r3", Time));
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
        Assert.Equal([Environment(1)], _pool.RetireMember(Environment(1)));
        Assert.True(_pool.Release(Environment(2), "r2", Time));
    }

    [Fact]
    public void A_reported_environment_is_adopted_with_its_lease_or_idle()
    {
        _pool.Adopt(Environment(1), Time, Lease(Environment(1), "r1"), Time);
        _pool.Adopt(Environment(2), Time, null, Time);
        Assert.Equal((2, 1), (_pool.Count, _pool.Leased));
        Assert.Equal(PoolVerdict.Throttle, Admit("r3", 3, limit: 1).Verdict);
        Assert.Equal(new PoolDecision(PoolVerdict.Warm, Environment(2)), Admit("r3", 3));
        Assert.False(_pool.Release(Environment(1), "r1", Time));
        Assert.Equal(1, _pool.Leased);
    }

    [Fact]
    public void An_environment_that_is_known_is_not_adopted_again()
    {
        Admit("r1", 1);
        _pool.Adopt(Environment(1), Time, null, Time);
        Assert.Equal((1, 1), (_pool.Count, _pool.Leased));
    }

    private PoolDecision Admit(string requestId, int candidate, int limit = 100) =>
        _pool.Admit(requestId, Environment(candidate), limit, Time, At(60));

    private static DateTimeOffset At(int seconds) => Time + TimeSpan.FromSeconds(seconds);
}
