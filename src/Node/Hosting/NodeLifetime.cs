using Akka.Actor;
using Akka.Hosting;
using Hearth.Contracts.Functions;
using Hearth.Node.Functions;
using Hearth.Node.Membership;
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
    Fleet fleet,
    ActorSystem system,
    NodeReadiness readiness,
    NodeOptions options,
    TimeProvider time,
    ILogger<NodeLifetime> log,
    IPackageOrigin? origin = null) : IHostedLifecycleService
{
    /// <summary>How long a node of a cluster waits for one that has a worker before it serves without.</summary>
    private static readonly TimeSpan WorkerDeadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a node that is to stop still takes requests, for those who send them to see that it is not ready; and how long
    /// its environments may take to finish theirs.
    /// </summary>
    private static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(2), QuiesceDeadline = TimeSpan.FromSeconds(30);

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
                if (origin is not null)
                    await origin.SweepAsync(inUse, PackageStore.Grace, cancellationToken);
                await images.SweepAsync(inUse, cancellationToken);
            }
        }

        foreach (var used in await catalogue.RuntimesInUseAsync(cancellationToken))
            worker.ActorRef.Tell(new BlankActor.Expect(used.Runtime, used.MemoryMib));
        await WorkerJoinedAsync(cancellationToken);
        readiness.Started();
    }

    /// <summary>While the node still serves: other nodes take over, and what it runs comes to its end.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.Stopping();
        if (options.Cluster is null || fleet.CutOff.IsCancellationRequested)
            return; // Nobody takes over what it has, or its cluster has given it up.
        try
        {
            await Task.WhenAll(
                Task.Delay(NoticeTime, time, cancellationToken),
                worker.ActorRef.Ask<WorkerActor.Quiesced>(WorkerActor.Quiesce.Instance, QuiesceDeadline, cancellationToken));
        }
        catch (Exception late) when (late is AskTimeoutException or OperationCanceledException)
        {
            log.LogWarning("Some invocations have not ended within {Deadline}; they are ended with the node", QuiesceDeadline);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Where its cluster has given the node up, the actors have ended before.
            await Task.WhenAny(worker.ActorRef.Ask<WorkerActor.Drained>(WorkerActor.Drain.Instance, DrainDeadline, cancellationToken), system.WhenTerminated).Unwrap();
        }
        catch (Exception late) when (late is AskTimeoutException or OperationCanceledException)
        {
            log.LogWarning("Not every sandbox was removed within {Deadline}; removing what is left", DrainDeadline);
        }

        await driver.SweepAsync(CancellationToken.None);
    }

    private async Task WorkerJoinedAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!fleet.Workers.Any() && time.GetElapsedTime(start) < WorkerDeadline)
            await Task.Delay(RefreshInterval, time, cancellationToken);
        if (!fleet.Workers.Any())
            log.LogWarning("No worker is there; functions cannot run until one joins");
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

        // Of these alone: in a cluster there may always be one that is being changed just then.
        var start = time.GetTimestamp();
        while (lagging.Count > 0 && time.GetElapsedTime(start) < RefreshDeadline)
        {
            await Task.Delay(RefreshInterval, time, cancellationToken);
            lagging = [.. lagging.Intersect(await catalogue.LaggingAsync(cancellationToken))];
        }

        if (lagging.Count > 0)
            log.LogWarning("Lists may be behind for: {Names}", string.Join(", ", lagging));
        return lagging.Count == 0;
    }
}
