using System.Diagnostics.Metrics;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Logs;
using Hearth.Node.Packages;
using Hearth.Node.Packages.Images;
using Hearth.Node.Runtimes;
using Hearth.Node.Workers.Drivers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Workers;

/// <summary>What a node's worker and its sandboxes share.</summary>
/// <param name="WorkerId">What this node's worker is called in its cluster.</param>
/// <param name="TellFunction">Sends a message to a function's actor, wherever it is.</param>
/// <param name="MemoryBudgetMib">All environments' configured memory together.</param>
internal sealed record WorkerContext(
    string WorkerId,
    Partition Partition,
    ISandboxDriver Driver,
    PackageStore Packages,
    RuntimeCatalog Runtimes,
    EnvironmentTable Environments,
    IRuntimeApiListeners RuntimeApi,
    IFunctionLogSink Logs,
    Action<IFunctionMessage> TellFunction,
    long MemoryBudgetMib,
    TimeProvider Time)
{
    /// <summary>How long a start waits for memory, or for others to come to their end, before its invocation is throttled.</summary>
    public TimeSpan MemoryWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Starts under way at once: see <see cref="StartPlaces"/>.</summary>
    public int StartsAtOnce { get; init; } = 16 * Environment.ProcessorCount;

    /// <summary>Where this node's data channel listens, <c>ADDR:PORT</c>; null where it has none.</summary>
    public string? Channel { get; init; }

    /// <summary>Container images; null where the node has none.</summary>
    public ImageStore? Images { get; init; }

    /// <summary>The node's log, for what an operator may want to read of a working node; actors log their troubles by themselves.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    public WorkerMetrics Metrics { get; init; } = new(new Meter("unheard"), Environments);

    /// <summary>What blank sandboxes may take of the machine's memory together; 0 for none.</summary>
    public long BlankMemoryMib { get; init; }
}
