using System.Net.Sockets;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Packages;
using Hearth.Node.Runtimes;
using Hearth.Node.Tests.Packages;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers.Blanks;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

/// <summary>
/// A worker over a fake driver and a real package store. The test plays the runtimes, through the environments' own
/// methods, and the functions (<see cref="Functions"/>).
/// </summary>
public abstract class WorkerRig : TestKit
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-worker-");

    private protected WorkerRig(long memoryMib = 1_024) : base("akka.loglevel = OFF\nakka.test.default-timeout = 30s")
    {
        Driver.Blanks = Blanks;
        Functions = CreateTestProbe("functions");
        Packages = new PackageStore(Path.Combine(_folder.FullName, "packages"), TimeProvider.System);
        Environments = new EnvironmentTable(Time);
        Context = new WorkerContext(
            "node", Partition.Default, Driver, Packages, LoadRuntimes(), Environments, new NoListeners(), FunctionLog,
            message => Functions.Tell(message), memoryMib, Time)
        {
            BlankMemoryMib = 100,
            Metrics = new WorkerMetrics(Readings.Meter, Environments),
        };
        var context = Context;
        Worker = Sys.ActorOf(Props.Create(() => new WorkerActor(context)), "worker");
        Code = ((PackageAdded.Stored)Packages.AddAsync(ZipBuilder.Of(ZipBuilder.File("app.py")), default).GetAwaiter().GetResult()).Code;
    }

    private protected FakeTime Time { get; } = new();

    private protected FakeDriver Driver { get; } = new();

    /// <summary>Makes blank sandboxes for the runtime <c>waiting</c>.</summary>
    private protected FakeBlankDriver Blanks { get; } = new();

    private protected CollectingLog FunctionLog { get; } = new();

    private protected Readings Readings { get; } = new();

    private protected PackageStore Packages { get; }

    private protected EnvironmentTable Environments { get; }

    private protected WorkerContext Context { get; }

    protected IActorRef Worker { get; }

    protected TestProbe Functions { get; }

    protected CodeReference Code { get; set; }

    /// <summary>Where the package store keeps its files.</summary>
    protected string PackageRoot => Path.Combine(_folder.FullName, "packages");

    /// <summary>Has an environment started under a first lease.</summary>
    protected Lease Start(int number, int memoryMib = 256, string runtime = "plain", string function = "hello", DateTimeOffset? decidedAt = null)
    {
        var lease = Samples.Lease(Samples.Environment(number), $"r{number}");
        var settings = Samples.Settings with { Runtime = runtime, MemoryMib = memoryMib };
        Worker.Tell(new StartEnvironment(lease.EnvironmentId, Samples.Spec(function, settings) with { Code = Code }, lease, decidedAt), TestActor);
        return lease;
    }

    private protected Task<InvocationOutcome> InvokeAsync(Lease lease, string? requestId = null) => Environments.InvokeAsync(
        new Invocation(requestId ?? lease.RequestId, "{}"u8.ToArray(), "arn", null, "trace", false),
        lease with { RequestId = requestId ?? lease.RequestId });

    private protected async Task<ExecutionEnvironment> EnvironmentAsync(Lease lease)
    {
        await Eventually.Holds(() => Environments.All.Any(environment => environment.Id == lease.EnvironmentId), "the environment is entered");
        return Environments.All.Single(environment => environment.Id == lease.EnvironmentId);
    }

    /// <summary>Starts an environment and runs its first invocation; its runtime waits for more.</summary>
    private protected async Task<ExecutionEnvironment> IdleAsync(Lease lease)
    {
        var outcome = InvokeAsync(lease);
        var environment = await EnvironmentAsync(lease);
        await Eventually.Result(environment.NextAsync(default));
        environment.Respond(lease.RequestId, OutcomeKind.Succeeded, "{}"u8.ToArray());
        await Eventually.Result(outcome);
        _ = environment.NextAsync(default);
        await Eventually.Holds(() => environment.State == EnvironmentState.Idle, "the runtime waits");
        return environment;
    }

    protected void Stop(EnvironmentId environmentId) => Worker.Tell(new StopEnvironment(environmentId), TestActor);

    protected void ExpectEnded(Lease lease) => Assert.Equal(lease.EnvironmentId, Functions.ExpectMsg<EnvironmentEnded>().EnvironmentId);

    protected override void AfterAll()
    {
        base.AfterAll();
        Readings.Dispose();
        _folder.Delete(recursive: true);
    }

    private RuntimeCatalog LoadRuntimes()
    {
        const string waits = ""","blank":{"memoryMib":512,"residentMib":10,"startVariables":["EARLY"]}""";
        foreach (var (family, command, blank) in new[] { ("plain", "/bin/true", ""), ("provided", "{task}/bootstrap", ""), ("waiting", "/bin/true", waits) })
        {
            var folder = _folder.CreateSubdirectory(Path.Combine("runtimes", family));
            File.WriteAllText(Path.Combine(folder.FullName, "manifest.json"), $$"""{"family":"{{family}}","identifiers":["{{family}}"],"command":["{{command}}"]{{blank}}}""");
        }

        return RuntimeCatalog.LoadAsync(Path.Combine(_folder.FullName, "runtimes"), default).GetAwaiter().GetResult();
    }

    private sealed class NoListeners : IRuntimeApiListeners
    {
        public void Serve(ExecutionEnvironment environment, Socket listener) => listener.Dispose();

        public void Stop(EnvironmentId environmentId)
        {
        }
    }
}
