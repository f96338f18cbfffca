using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Hearth.Contracts.Functions;
using Hearth.Node.Functions;

namespace Node.Tests.Functions;

public sealed class StrayMessagesTests() : TestKit(ConfigurationFactory.ParseString(
    """
    akka.actor.provider = cluster
    akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
    akka.cluster.sharding.distributed-data.durable.keys = []
    """).WithFallback(ClusterSharding.DefaultConfig()))
{
    [Fact]
    public void A_message_to_an_actor_that_has_stopped_reaches_the_one_that_follows_it()
    {
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        var region = ClusterSharding.Get(Sys).Start(
            FunctionShards.RegionName, _ => Props.Create(() => new Echo()), ClusterShardingSettings.Create(Sys), new FunctionShards());
        Sys.ActorOf(Props.Create(() => new StrayMessages(() => region)));

        region.Tell(new DescribeFunction("hello"));
        var first = ExpectMsg<IActorRef>(TimeSpan.FromSeconds(20));
        Watch(first);
        first.Tell(PoisonPill.Instance);
        ExpectTerminated(first, TimeSpan.FromSeconds(20));

        first.Tell(new DescribeFunction("hello"));
        Assert.NotEqual(first, ExpectMsg<IActorRef>(TimeSpan.FromSeconds(20)));
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<DescribeFunction>(_ => Sender.Tell(Self));
    }
}
