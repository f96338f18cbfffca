using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;

namespace Hearth.Node.Functions;

/// <summary>The rules of one function, without actor, clock or storage. A null record is a function that does not exist.</summary>
internal sealed class FunctionDecider(string name, Partition partition)
{
    /// <summary>What a command answers and what it records; time and the new revision come in with it.</summary>
    public Decision Decide(FunctionRecord? function, IFunctionMessage command, string newRevisionId, DateTimeOffset now) => command switch
    {
        CreateFunction create => function is null
            ? Accept(function, new FunctionCreated(create.Settings, create.Code, newRevisionId, now))
            : Refuse(RequestError.FunctionExists(name)),

        UpdateFunctionCode update => CheckUpdate(function, update.RevisionId)
            ?? Accept(function, new FunctionCodeUpdated(update.Code, newRevisionId, now), update.DryRun),

        UpdateFunctionConfiguration update => CheckUpdate(function, update.RevisionId)
            ?? Accept(function, new FunctionConfigurationUpdated(update.Patch.ApplyTo(function!.Settings), newRevisionId, now)),

        DeleteFunction => function is null
            ? Refuse(NotFound())
            : new Decision(new FunctionRemoved(name), [new FunctionDeleted(now)]),

        DescribeFunction => function is null
            ? Refuse(NotFound())
            : new Decision(Described(function), []),

        _ => throw new ArgumentException($"{command.GetType().Name} is not a command on a function's record."),
    };

    /// <summary>The end of a preparation; nothing where what was prepared is no longer what the function waits for.</summary>
    public static IFunctionEvent? Settle(FunctionRecord? function, PackagePrepared prepared, string newRevisionId, DateTimeOffset now) =>
        function is { IsSettling: true } && function.Code == prepared.Code
            ? new FunctionSettled(newRevisionId, prepared.Failure, now, prepared.FailureCode)
            : null;

    public static FunctionRecord? Apply(FunctionRecord? function, IFunctionEvent recorded) => recorded switch
    {
        FunctionCreated created => new FunctionRecord(
            created.Settings, created.Code, created.RevisionId, created.At, FunctionState.Pending, null, null, null),
        FunctionCodeUpdated updated => Existing(function) with
        {
            Code = updated.Code,
            RevisionId = updated.RevisionId,
            LastModified = updated.At,
            UpdateStatus = LastUpdateStatus.InProgress,
        },
        FunctionConfigurationUpdated updated => Existing(function) with
        {
            Settings = updated.Settings,
            RevisionId = updated.RevisionId,
            LastModified = updated.At,
            UpdateStatus = LastUpdateStatus.InProgress,
        },
        FunctionSettled settled => Settled(Existing(function), settled),
        FunctionDeleted => null,
        _ => throw new InvalidOperationException($"The journal holds {recorded.GetType().Name}, which this version of Hearth does not know."),
    };

    /// <summary>The function as the management operations miss it; an invocation misses <c>…:$LATEST</c>.</summary>
    public RequestError NotFound() => RequestError.FunctionNotFound(partition.FunctionArn(name));

    private static FunctionRecord Settled(FunctionRecord function, FunctionSettled settled)
    {
        var succeeded = settled.Failure is null;
        var first = function.Deployed is null;
        return function with
        {
            RevisionId = settled.RevisionId,
            State = succeeded ? FunctionState.Active : first ? FunctionState.Failed : function.State,
            UpdateStatus = succeeded ? LastUpdateStatus.Successful : LastUpdateStatus.Failed,
            Failure = settled.Failure,
            FailureCode = settled.FailureCode,

            // What is shown, kept and changed further is the code that runs, not the one that came to nothing.
            Code = succeeded || first ? function.Code : function.Deployed!.Code,
            Deployed = succeeded ? new Deployment(settled.RevisionId, function.Settings, function.Code) : function.Deployed,
        };
    }

    private Decision? CheckUpdate(FunctionRecord? function, string? revisionId)
    {
        if (function is null)
            return Refuse(NotFound());
        if (function.IsSettling)
            return Refuse(RequestError.UpdateInProgress(partition.FunctionArn(name)));
        return revisionId is not null && revisionId != function.RevisionId ? Refuse(RequestError.StaleRevision()) : null;
    }

    private Decision Accept(FunctionRecord? function, IFunctionEvent recorded, bool dryRun = false) => new(
        Described(Apply(function, recorded)!),
        dryRun ? [] : [recorded]);

    private FunctionDescribed Described(FunctionRecord function) => new(function.Describe(name, partition), function.Code.ImageUri);

    private static Decision Refuse(RequestError error) => new(new RequestRefused(error), []);

    private static FunctionRecord Existing(FunctionRecord? function) =>
        function ?? throw new InvalidOperationException("The journal holds an update of a function that does not exist.");
}

/// <param name="Reply">What the caller is told once <paramref name="Events"/> are stored.</param>
internal sealed record Decision(object Reply, IReadOnlyList<IFunctionEvent> Events);
