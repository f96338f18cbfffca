using Akka.Actor;
using Hearth.Contracts;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Identity;
using Hearth.Node.Membership;
using Hearth.Node.Storage;

namespace Hearth.Node.Functions;

/// <summary>What every function's actor on a node shares.</summary>
/// <param name="Account">See <see cref="Concurrency.AccountActor"/>.</param>
internal sealed record FunctionContext(Partition Partition, Fleet Fleet, IActorRef Account, IFunctionCatalogue Catalogue, FunctionDirectory Directory, TimeProvider Time)
{
    /// <summary>Invocations of all functions at once; default 1,000.</summary>
    public int ConcurrencyLimit { get; init; } = Limits.AccountConcurrency;

    /// <summary>How long an environment may sit idle; default 10 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often idle environments and overdue leases are looked for.</summary>
    public TimeSpan HousekeepingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What a lease lasts beyond the function's timeout: waiting for memory, the sandbox, the init phase and its retry.</summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the actor waits for the workers' reports before it serves without. One that hangs is no member any more by then.
    /// </summary>
    public TimeSpan AdoptionDeadline { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How long an invocation waits for the account's answer; who asks has asked again by then.</summary>
    public TimeSpan AccountPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A worker that has not answered for so long is asked once more to prepare code: the message, or its answer, may have been lost.</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A lease as old as this is compared with what its worker reports: a message that ends it may have been lost.</summary>
    public TimeSpan ReconcileAfter { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan CatalogueRetryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Quiet time without any environment after which the actor leaves memory.</summary>
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Why nothing can be recorded now; null where it can. Asked before each change.</summary>
    public Func<Task<RequestError?>> StorageRefusal { get; init; } = () => Task.FromResult<RequestError?>(null);

    public static EnvironmentId NewEnvironmentId() => new(Guid.NewGuid().ToString("N"));
}
