using Akka.Actor;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Storage;

namespace Hearth.Node.Functions;

/// <summary>The way to every function's actor, wherever it is sharded to: straight to one that serves on this node, else by the region.</summary>
internal sealed class FunctionRegion(Func<IActorRef> region, FunctionDirectory directory, StorageHealth storage)
{
    /// <summary>How long a function's actor may take to answer; a change waits for the journal and the catalogue.</summary>
    private static readonly TimeSpan ReplyDeadline = TimeSpan.FromSeconds(20);

    public void Tell(IFunctionMessage message) => Find(message).Tell(message, ActorRefs.NoSender);

    /// <summary>The reply as the message documents it; <see cref="RequestRefused"/> where none came in time.</summary>
    public async Task<object> AskAsync(IFunctionMessage message)
    {
        // An actor that has to read its journal first would not come to answer.
        if (storage.Refusal is { } refusal && !directory.TryFind(message.FunctionName, out _))
            return new RequestRefused(refusal);
        try
        {
            return await Find(message).Ask<object>(message, ReplyDeadline);
        }
        catch (AskTimeoutException)
        {
            return new RequestRefused(new RequestError(
                ErrorCode.ServiceUnavailable, $"The function's owner did not answer within {ReplyDeadline.TotalSeconds:0} s; try again."));
        }
    }

    private IActorRef Find(IFunctionMessage message) => directory.TryFind(message.FunctionName, out var actor) ? actor : region();
}
