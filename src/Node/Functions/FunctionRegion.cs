using Akka.Actor;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Membership;
using Hearth.Node.Storage;

namespace Hearth.Node.Functions;

/// <summary>The way to every function's actor, wherever it is sharded to: straight to one that serves on this node, else by the region.</summary>
internal sealed class FunctionRegion(Func<IActorRef> region, FunctionDirectory directory, StorageHealth storage, Fleet fleet)
{
    /// <summary>How long a function's actor may take to answer; a change waits for the journal and the catalogue.</summary>
    private static readonly TimeSpan ReplyDeadline = TimeSpan.FromSeconds(20);

    /// <summary>
    /// When what can be asked twice is asked again: a message to an actor that is on its way to another node may be lost, and so may the answer.
    /// </summary>
    private static readonly TimeSpan[] Patience = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)];

    /// <summary>How long an actor on another node may take while the database is away: one that has to read its journal first never answers.</summary>
    private static readonly TimeSpan AwayPatience = TimeSpan.FromSeconds(1);

    public void Tell(IFunctionMessage message) => Find(message).Tell(message, ActorRefs.NoSender);

    /// <summary>The reply as the message documents it; <see cref="RequestRefused"/> where none came in time.</summary>
    public async Task<object> AskAsync(IFunctionMessage message)
    {
        var changesNothing = message is AdmitInvocation or DescribeFunction or DescribeEnvironments;
        foreach (var patience in changesNothing ? Patience : [ReplyDeadline])
        {
            if (await AskOnceAsync(message, patience, changesNothing) is { } reply)
                return reply;
        }

        return new RequestRefused(new RequestError(
            ErrorCode.ServiceUnavailable, $"The function's owner did not answer within {ReplyDeadline.TotalSeconds:0} s; try again."));
    }

    // Null where there is no answer in time.
    private async Task<object?> AskOnceAsync(IFunctionMessage message, TimeSpan patience, bool changesNothing)
    {
        RequestError? refusal = null;
        try
        {
            if (directory.TryFind(message.FunctionName, out var actor))
                return await actor.Ask<object>(message, patience);

            // What is on the other side of a divide does not answer.
            var cutOff = fleet.CutOff;
            refusal = storage.Refusal;
            if (refusal is not null && !changesNothing)
                return new RequestRefused(refusal);
            return cutOff.IsCancellationRequested ? CutOff : await region().Ask<object>(message, refusal is null ? patience : AwayPatience, cutOff);
        }
        catch (AskTimeoutException)
        {
            return refusal is null ? null : new RequestRefused(refusal);
        }
        catch (OperationCanceledException)
        {
            return CutOff;
        }
    }

    private static RequestRefused CutOff { get; } = new(new RequestError(
        ErrorCode.ServiceUnavailable, "This node is cut off from most of its cluster; try another."));

    private IActorRef Find(IFunctionMessage message) => directory.TryFind(message.FunctionName, out var actor) ? actor : region();
}
