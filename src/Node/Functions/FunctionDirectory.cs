using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace Hearth.Node.Functions;

/// <summary>
/// The functions' actors that live on this node and serve: a message to one of them saves the two mailboxes of its region
/// and shard. A message that meets an actor on its way out is brought back by <see cref="StrayMessages"/>.
/// </summary>
internal sealed class FunctionDirectory
{
    private readonly ConcurrentDictionary<string, IActorRef> _actors = new();

    public void Enter(string name, IActorRef actor) => _actors[name] = actor;

    public void Leave(string name, IActorRef actor) => _actors.TryRemove(new KeyValuePair<string, IActorRef>(name, actor));

    public bool TryFind(string name, [NotNullWhen(true)] out IActorRef? actor) => _actors.TryGetValue(name, out actor);
}
