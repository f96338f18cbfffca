using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Hearth.Contracts.Functions;
using Hearth.Node.Concurrency;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Concurrency;

public class AccountActorTests() : TestKit("akka.loglevel = OFF\nakka.test.default-timeout = 30s")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTime _time = new();
    private int _requests;

    [Fact]
    public void Nobody_is_refused_while_another_has_more_than_it_uses()
    {
        var (account, hoarder, other) = (Start(limit: 10), CreateTestProbe(), CreateTestProbe());
        Assert.Equal(10, Ask(account, hoarder, "hoarder", 0, 0, 10));
        account.Tell(new RequestConcurrency("other", "r", 0, 0, 4, 6), other);
        hoarder.ExpectMsg<ReturnConcurrency>();
        account.Tell(new RequestConcurrency("hoarder", "h", 10, 7, 7, 7), hoarder);
        Assert.Equal(7, hoarder.ExpectMsg<ConcurrencyGranted>().Granted);
        Assert.Equal(new ConcurrencyGranted("r", 3), other.ExpectMsg<ConcurrencyGranted>());
    }

    [Fact]
    public void One_that_does_not_give_back_is_not_waited_for()
    {
        var (account, hoarder, other) = (Start(limit: 10), CreateTestProbe(), CreateTestProbe());
        Ask(account, hoarder, "hoarder", 0, 0, 9);
        account.Tell(new RequestConcurrency("other", "r", 0, 0, 4, 6), other);
        Assert.Equal(new ConcurrencyGranted("r", 1), other.ExpectMsg<ConcurrencyGranted>());
    }

    [Fact]
    public void Where_all_is_in_use_who_asks_is_told_so_once_the_others_have_said_it()
    {
        var (account, busy, other) = (Start(limit: 10), CreateTestProbe(), CreateTestProbe());
        Ask(account, busy, "busy", 10, 10, 10);
        account.Tell(new RequestConcurrency("other", "r", 0, 0, 1, 1), other);
        busy.ExpectMsg<ReturnConcurrency>();
        account.Tell(new RequestConcurrency("busy", "b", 10, 10, 10, 10), busy);
        Assert.Equal(new ConcurrencyGranted("r", 0), other.ExpectMsg<ConcurrencyGranted>());
    }

    [Fact]
    public void A_new_one_grants_nothing_before_it_has_heard_who_has_what()
    {
        var (account, early, late) = (Start(limit: 10, isFirst: false), CreateTestProbe(), CreateTestProbe());
        account.Tell(new RequestConcurrency("early", "e", 0, 0, 10, 10), early);
        account.Tell(new RequestConcurrency("late", "l", 8, 8, 8, 8), late);
        Assert.Equal(new ConcurrencyGranted("l", 8), late.ExpectMsg<ConcurrencyGranted>(Patience));
        Assert.Equal(new ConcurrencyGranted("e", 2), early.ExpectMsg<ConcurrencyGranted>(Patience));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1_000, 1)]
    [InlineData(20_000, 1)]
    [InlineData(100_000, 5)]
    public void However_many_may_hold_a_part_one_actor_hears_of_20_000_in_a_second_at_most(int limit, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), AccountActor.RenewalInterval(limit));

    private IActorRef Start(int limit, bool isFirst = true)
    {
        var time = _time;
        return Sys.ActorOf(Props.Create(() => new AccountActor(limit, isFirst, time)));
    }

    private int Ask(IActorRef account, TestProbe holder, string function, int held, int inUse, int wanted)
    {
        var id = $"{++_requests}";
        account.Tell(new RequestConcurrency(function, id, held, inUse, wanted, wanted), holder);
        return holder.FishForMessage<ConcurrencyGranted>(granted => granted.RequestId == id).Granted;
    }
}
