using Akka.Actor;
using Hearth.Contracts;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Identity;
using Hearth.Node.Storage;

namespace Hearth.Node.Functions;

/// <summary>What every function's actor on a node shares.</summary>
/// <param name="WorkerId">The node that <paramref name="Worker"/> is on.</param>
internal sealed record FunctionContext(Partition Partition, string WorkerId, IActorRef Worker, IFunctionCatalogue Catalogue, FunctionDirectory Directory, TimeProvider Time)
{
    /// <summary>Invocations of one function at once; default 1,000.</summary>
    public int ConcurrencyLimit { get; init; } = Limits.AccountConcurrency;

    /// <summary>How long an environment may sit idle; default 10 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often idle environments and overdue leases are looked for.</summary>
    public TimeSpan HousekeepingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What a lease lasts beyond the function's timeout: waiting for memory, the sandbox, the init phase and its retry.</summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the actor waits for the worker's report before it serves without.</summary>
    public TimeSpan AdoptionDeadline { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan CatalogueRetryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Quiet time without any environment after which the actor leaves memory.</summary>
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Why nothing can be recorded now; null where it can. Asked before each change.</summary>
    public Func<Task<RequestError?>> StorageRefusal { get; init; } = () => Task.FromResult<RequestError?>(null);

    public static EnvironmentId NewEnvironmentId() => new(Guid.NewGuid().ToString("N"));
}
