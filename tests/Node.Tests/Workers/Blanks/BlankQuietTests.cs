using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Hearth.Contracts.Api;
using Hearth.Node.Runtimes;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Tests.Workers.Blanks;

/// <summary>When the place of a sandbox that was taken is filled. Timers run by hand.</summary>
public sealed class BlankQuietTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Moment = TimeSpan.FromMilliseconds(15);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-blanks-");
    private readonly FakeBlankDriver _driver = new();

    public BlankQuietTests() : base("akka.loglevel = OFF\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
    {
    }

    [Fact]
    public async Task Nothing_is_started_until_nothing_was_taken_for_a_moment()
    {
        var actor = Start();
        actor.Tell(new BlankActor.Expect("alpha", 128));
        await Eventually.Holds(() => DescribeAsync(actor).Result.Ready == 1, "one waits");
        _driver.IsQuick = false;

        await TakeAsync(actor);
        Advance();
        await TakeAsync(actor);
        Advance();
        actor.Tell(new BlankActor.Expect("alpha", 128));
        Assert.Equal(new BlankDescription("alpha", 0, 0), await DescribeAsync(actor));

        Advance();
        Assert.Equal(new BlankDescription("alpha", 0, 2), await DescribeAsync(actor));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Delete(recursive: true);
    }

    private void Advance() => ((TestScheduler)Sys.Scheduler).Advance(Moment);

    private IActorRef Start()
    {
        var folder = _folder.CreateSubdirectory("alpha");
        File.WriteAllText(
            Path.Combine(folder.FullName, "manifest.json"),
            """{"family":"alpha","identifiers":["alpha"],"command":["/bin/true"],"blank":{"memoryMib":512,"residentMib":10,"startVariables":[]}}""");
        var runtimes = RuntimeCatalog.LoadAsync(_folder.FullName, default).GetAwaiter().GetResult();
        return Sys.ActorOf(Props.Create(() => new BlankActor(_driver, runtimes, 1_000, new FakeTime(), new WorkerMetrics(new Meter("unheard"), new EnvironmentTable(new FakeTime())))));
    }

    private static async Task<BlankDescription> DescribeAsync(IActorRef actor) =>
        Assert.Single((await actor.Ask<BlankActor.Described>(BlankActor.Describe.Instance, Patience)).Blanks);

    // The moment begins after the answer: whoever gets a second one knows that it has.
    private static async Task TakeAsync(IActorRef actor)
    {
        await actor.Ask<BlankActor.Taken>(new BlankActor.Take("alpha", 128), Patience);
        await DescribeAsync(actor);
    }
}
