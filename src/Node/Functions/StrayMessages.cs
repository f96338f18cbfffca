using Akka.Actor;
using Akka.Event;
using Hearth.Contracts.Functions;

namespace Hearth.Node.Functions;

/// <summary>
/// Brings back messages that were sent straight to a function's actor in the moment it stopped.
/// Owns:     nothing.
/// Accepts:  DeadLetter, from the event stream.
/// Emits:    the message again, through the region, in its sender's name.
/// Promises: a message that the directory misled is not lost; one that the region itself lost is not sent for ever.
/// Stops:    with the node.
/// </summary>
internal sealed class StrayMessages : ReceiveActor
{
    public StrayMessages(Func<IActorRef> region) => Receive<DeadLetter>(letter =>
    {
        if (letter.Message is IFunctionMessage message && IsFunctionActor(letter.Recipient))
            region().Tell(message, letter.Sender);
    });

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    // /system/sharding/{region}/{shard}/{function}
    private static bool IsFunctionActor(IActorRef recipient) =>
        recipient.Path.Depth > 2 && recipient.Path.Parent.Parent.Name == FunctionShards.RegionName;
}
