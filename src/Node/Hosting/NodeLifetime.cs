using Akka.Actor;
using Akka.Hosting;
using Hearth.Contracts.Functions;
using Hearth.Node.Functions;
using Hearth.Node.Packages;
using Hearth.Node.Packages.Images;
using Hearth.Node.Storage;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Blanks;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Hosting;

/// <summary>
/// What the node does between its start and its first request, and between its last and its end. Starts after the
/// actors and stops before them.
/// </summary>
internal sealed class NodeLifetime(
    ISandboxDriver driver,
    PackageStore packages,
    ImageStore images,
    IFunctionCatalogue catalogue,
    FunctionRegion functions,
    IRequiredActor<WorkerActor> worker,
    NodeReadiness readiness,
    TimeProvider time,
    ILogger<NodeLifetime> log) : IHostedService
{
    /// <summary>How long sandboxes may take to be removed when the node stops.</summary>
    private static readonly TimeSpan DrainDeadline = TimeSpan.FromSeconds(20);

    /// <summary>How long the node waits, before it serves, for lists to catch up with the journals; and how often it looks.</summary>
    private static readonly TimeSpan RefreshDeadline = TimeSpan.FromSeconds(30), RefreshInterval = TimeSpan.FromMilliseconds(50);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await driver.SweepAsync(cancellationToken);

        // While rows lag behind, the catalogue does not know all code in use.
        if (await RefreshCatalogueAsync(cancellationToken))
        {
            // A node that was killed in the middle of an update leaves what no row names to its next start.
            if (await catalogue.CodeInUseAsync(cancellationToken) is { } inUse)
            {
                await packages.SweepAsync(inUse, cancellationToken);
                await images.SweepAsync(inUse, cancellationToken);
            }
        }

        foreach (var used in await catalogue.RuntimesInUseAsync(cancellationToken))
            worker.ActorRef.Tell(new BlankActor.Expect(used.Runtime, used.MemoryMib));
        readiness.Started();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        readiness.Stopping();
        try
        {
            await worker.ActorRef.Ask<WorkerActor.Drained>(WorkerActor.Drain.Instance, DrainDeadline, cancellationToken);
        }
        catch (Exception late) when (late is AskTimeoutException or OperationCanceledException)
        {
            log.LogWarning("Not every sandbox was removed within {Deadline}; removing what is left", DrainDeadline);
        }

        await driver.SweepAsync(CancellationToken.None);
    }

    /// <summary>A node that was killed may have journalled a change and not listed it. True once lists agree with the journals again.</summary>
    private async Task<bool> RefreshCatalogueAsync(CancellationToken cancellationToken)
    {
        var lagging = await catalogue.LaggingAsync(cancellationToken);
        foreach (var name in lagging)
        {
            log.LogInformation("Function {Name}: its catalogue row is behind its journal and is written again", name);
            functions.Tell(new RefreshCatalogue(name));
        }

        var start = time.GetTimestamp();
        while (lagging.Count > 0 && time.GetElapsedTime(start) < RefreshDeadline)
        {
            await Task.Delay(RefreshInterval, time, cancellationToken);
            lagging = await catalogue.LaggingAsync(cancellationToken);
        }

        if (lagging.Count > 0)
            log.LogWarning("Lists may be behind for: {Names}", string.Join(", ", lagging));
        return lagging.Count == 0;
    }
}
