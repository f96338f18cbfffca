using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Serialization;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Wire;

namespace Hearth.Node.Tests.Wire;

/// <summary>What a node of a later version sends to one of this version: two actor systems, and the way of Akka's remoting between them.</summary>
public sealed class LaterVersionTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<object> _received = new();
    private readonly ConcurrentQueue<LogEvent> _logged = new();
    private readonly ActorSystem _node = Start("node", typeof(WireSerializer), string.Join('\n', WireTypes.ByType.Keys.Select(Binding)));
    private readonly ActorSystem _later = Start("later", typeof(LaterSerializer), Binding(typeof(Later)));
    private readonly ActorSelection _to;

    public LaterVersionTests()
    {
        _node.EventStream.Subscribe(_node.ActorOf(Props.Create(() => new Receiver<LogEvent>(_logged))), typeof(LogEvent));
        var receiver = _node.ActorOf(Props.Create(() => new Receiver<object>(_received)), "receiver");
        _to = _later.ActorSelection(receiver.Path.ToStringWithAddress(((ExtendedActorSystem)_node).Provider.DefaultAddress));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_later.Terminate(), _node.Terminate());

    [Fact]
    public async Task A_message_with_members_that_are_not_known_is_read_without_them()
    {
        _to.Tell(new Later("fc:describe", """{"FunctionName":"hello","Colour":{"deep":[1]},"More":null}"""));
        await Eventually.Holds(() => !_received.IsEmpty, "the message is there");
        Assert.Equal(new DescribeFunction("hello"), Assert.Single(_received));
    }

    [Theory]
    [InlineData("fc:later", """{"FunctionName":"hello"}""")]
    [InlineData("fc:release", """{"FunctionName":"hello","EnvironmentId":{"Value":"e1"},"RequestId":"r1","Outcome":"Recycled"}""")]
    [InlineData("fc:describe", "7")]
    public async Task A_message_that_cannot_be_read_is_dropped_with_a_warning_and_those_after_it_are_read(string manifest, string json)
    {
        _to.Tell(new Later("fc:describe", """{"FunctionName":"before"}"""));
        _to.Tell(new Later(manifest, json));
        _to.Tell(new Later("fc:describe", """{"FunctionName":"after"}"""));
        await Eventually.Holds(() => _received.Contains(new DescribeFunction("after")), "the message after it is there");
        Assert.Equal([new DescribeFunction("before"), new DescribeFunction("after")], _received);
        await Eventually.Holds(() => _logged.Any(line => line is Warning or Error && $"{line}".Contains("receiver", StringComparison.Ordinal)), "a warning names who it was for");
    }

    private static string Binding(Type type) => $"\"{type.AssemblyQualifiedName}\" = hearth";

    private static ActorSystem Start(string name, Type serializer, string bindings) => ActorSystem.Create(name, ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = []
          actor {
            provider = remote
            serializers.hearth = "{{serializer.AssemblyQualifiedName}}"
            serialization-bindings { {{bindings}} }
            serialization-identifiers { "{{serializer.AssemblyQualifiedName}}" = {{WireSerializer.Id}} }
          }
          remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        }
        """));

    /// <summary>Whatever a later version may send, as text.</summary>
    private sealed record Later(string Manifest, string Json);

    private sealed class LaterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        public override int Identifier => WireSerializer.Id;

        public override string Manifest(object o) => ((Later)o).Manifest;

        public override byte[] ToBinary(object obj) => Encoding.UTF8.GetBytes(((Later)obj).Json);

        public override object FromBinary(byte[] bytes, string manifest) => throw new NotSupportedException();
    }

    private sealed class Receiver<T> : ReceiveActor
    {
        public Receiver(ConcurrentQueue<T> received) => Receive<T>(received.Enqueue);
    }
}
