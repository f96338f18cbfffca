using Hearth.Contracts.Functions;
using Hearth.Node.Concurrency;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Concurrency;

public class AccountPoolTests
{
    private readonly AccountPool _pool = new(10);

    [Fact]
    public void A_function_gets_what_it_wants_as_far_as_there_is()
    {
        Assert.Equal(6, Request("a", 0, 6, Time));
        Assert.Equal(4, Request("b", 0, 6, Time));
        Assert.Equal(0, Request("c", 0, 1, Time));
        Assert.Equal(10, _pool.Granted);
    }

    [Fact]
    public void What_is_given_back_can_be_had_by_another()
    {
        Request("a", 0, 10, Time);
        Assert.Equal(["a"], _pool.Others("b"));
        Assert.Equal(3, Request("a", 3, 3, Time));
        Assert.Empty(_pool.Others("a"));
        Assert.Equal(7, Request("b", 0, 9, Time));
    }

    [Fact]
    public void A_function_whose_actor_is_new_has_what_it_uses_and_no_more_than_before()
    {
        Request("a", 0, 8, Time);
        Assert.Equal(5, Request("a", 5, 0, Time));
        Assert.Equal(5, _pool.Granted);
    }

    [Fact]
    public void What_is_in_use_already_is_granted_even_beyond_the_limit_and_nothing_more()
    {
        Request("a", 0, 10, Time);
        Assert.Equal(4, Request("b", 4, 6, Time));
        Assert.Equal(14, _pool.Granted);
        Assert.Equal(0, Request("c", 0, 1, Time));
    }

    [Fact]
    public void What_is_learnt_counts()
    {
        _pool.Learn("a", 7, 2, Time);
        _pool.Learn("b", 0, 2, Time);
        Assert.Equal(9, _pool.Granted);
        Assert.Equal(1, Request("c", 0, 5, Time));
    }

    [Fact]
    public void Who_is_not_heard_of_any_more_has_nothing()
    {
        Request("a", 0, 5, Time);
        Request("b", 0, 5, Time.AddSeconds(1));
        _pool.Expire(Time);
        Assert.Equal(5, _pool.Granted);
    }

    [Fact]
    public void Where_there_is_not_enough_for_everybody_nobody_gets_some_in_advance_and_nobody_loses_what_it_holds()
    {
        Request("a", 0, 7, Time);
        Assert.Equal(2, _pool.Request(new RequestConcurrency("b", "1", Held: 0, InUse: 0, Needed: 2, Wanted: 4), Time));
        Assert.Equal(7, _pool.Request(new RequestConcurrency("a", "2", Held: 7, InUse: 1, Needed: 3, Wanted: 9), Time));
        Assert.Equal(3, _pool.RequestNeeded(new RequestConcurrency("b", "3", Held: 2, InUse: 2, Needed: 5, Wanted: 7), Time));
        Assert.Equal(10, _pool.Granted);
    }

    private int Request(string function, int inUse, int wanted, DateTimeOffset at) => _pool.Request(new RequestConcurrency(function, "1", 0, inUse, wanted, wanted), at);
}
