using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Hearth.Contracts.Api;
using Hearth.Node.Runtimes;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Tests.Workers.Blanks;

public sealed class BlankActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-blanks-");
    private readonly FakeBlankDriver _driver = new();
    private readonly FakeTime _time = new();

    public BlankActorTests() : base("akka.loglevel = OFF\nakka.test.default-timeout = 30s")
    {
    }

    [Fact]
    public async Task Nothing_waits_before_a_function_is_expected()
    {
        var actor = Start();
        Assert.Empty(await DescribeAsync(actor));
        actor.Tell(new BlankActor.Expect("alpha", 128));
        await ReadyAsync(actor, "alpha", 1);
        Assert.Single(_driver.Specs);
    }

    [Fact]
    public async Task A_runtime_without_a_waiting_form_or_of_another_machine_has_none()
    {
        var actor = Start();
        actor.Tell(new BlankActor.Expect("never", 128));
        actor.Tell(new BlankActor.Expect("unknown", 128));
        Assert.Null(await TakeAsync(actor, "never"));
        Assert.Null(await TakeAsync(actor, "unknown"));
        Assert.Null(await TakeAsync(actor, "alpha", memoryMib: 513));
        Assert.Empty(await DescribeAsync(actor));
    }

    [Fact]
    public async Task A_runtime_whose_process_is_sized_at_its_start_has_one_for_each_size_that_is_asked_for()
    {
        var actor = Start();
        actor.Tell(new BlankActor.Expect("sized", 1_024));
        await ReadyAsync(actor, "sized", 1, ofMib: 1_024);
        Assert.Null(await TakeAsync(actor, "sized", memoryMib: 2_048));
        await ReadyAsync(actor, "sized", 1, ofMib: 2_048);

        Assert.NotNull(await TakeAsync(actor, "sized", memoryMib: 1_024));
        Assert.Equal([1_024, 2_048], _driver.Specs.Take(2).Select(spec => spec.MemoryMib));
    }

    [Fact]
    public async Task The_metrics_count_all_sizes_of_a_runtime_together()
    {
        using var readings = new Readings();
        var actor = Start(meter: readings.Meter);
        foreach (var size in (int[])[512, 1_024])
        {
            actor.Tell(new BlankActor.Expect("sized", size));
            await ReadyAsync(actor, "sized", 1, ofMib: size);
        }

        Assert.Equal(2, readings["hearth.blanks{runtime=sized,state=ready}"]);
    }

    [Fact]
    public async Task A_size_that_nobody_asks_for_is_given_up_after_an_hour_and_sooner_where_another_needs_the_room()
    {
        var actor = Start(budgetMib: 20);
        foreach (var size in (int[])[512, 1_024, 2_048])
        {
            actor.Tell(new BlankActor.Expect("sized", size));
            await ReadyAsync(actor, "sized", 1, ofMib: size);
            _time.AdvanceSeconds(1);
        }

        await ReadyAsync(actor, "sized", 0, ofMib: 512);
        await ReadyAsync(actor, "sized", 1, ofMib: 1_024);

        _time.Advance(TimeSpan.FromHours(2));
        actor.Tell(BlankActor.Tick.Instance);
        Assert.Equal(new BlankDescription("sized", 1, 0, 2_048), Assert.Single(await DescribeAsync(actor)));
    }

    [Fact]
    public async Task A_sandbox_is_handed_out_once_and_another_takes_its_place()
    {
        var actor = Start();
        actor.Tell(new BlankActor.Expect("alpha", 128));
        await ReadyAsync(actor, "alpha", 1);
        var first = await TakeAsync(actor, "alpha");
        await ReadyAsync(actor, "alpha", 1);
        var second = await TakeAsync(actor, "alpha");
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.NotSame(first, second);
        Assert.False(first.IsDiscarded);
    }

    [Fact]
    public async Task As_many_wait_as_were_wanted_in_the_busiest_ten_seconds_and_no_more_after_ten_minutes()
    {
        var actor = Start();
        for (var i = 0; i < 5; i++)
            await TakeAsync(actor, "alpha");
        await ReadyAsync(actor, "alpha", 5);

        _time.Advance(TimeSpan.FromMinutes(11));
        actor.Tell(BlankActor.Tick.Instance);
        await ReadyAsync(actor, "alpha", 1);
    }

    [Fact]
    public async Task Two_are_started_at_once()
    {
        _driver.IsQuick = false;
        var actor = Start();
        for (var i = 0; i < 5; i++)
            await TakeAsync(actor, "alpha");
        await Eventually.Holds(() => _driver.Pending == 2, "two starts are under way");
        Assert.Equal(2, (await DescribeAsync(actor)).Sum(blank => blank.Starting));
        _driver.Finish();
        await ReadyAsync(actor, "alpha", 1);
        Assert.Equal(2, _driver.Pending);
    }

    [Fact]
    public async Task No_start_begins_while_an_invocation_waits_for_the_long_way()
    {
        var actor = Start();
        actor.Tell(BlankActor.LongStartBegan.Instance);
        actor.Tell(BlankActor.LongStartBegan.Instance);
        actor.Tell(new BlankActor.Expect("alpha", 128));
        actor.Tell(BlankActor.LongStartEnded.Instance);
        Assert.Equal(new BlankDescription("alpha", 0, 0), Assert.Single(await DescribeAsync(actor)));
        actor.Tell(BlankActor.LongStartEnded.Instance);
        await ReadyAsync(actor, "alpha", 1);
    }

    [Fact]
    public async Task The_budget_is_kept_and_every_runtime_gets_its_part()
    {
        var actor = Start(budgetMib: 50);
        for (var i = 0; i < 9; i++)
            await TakeAsync(actor, "alpha");
        await ReadyAsync(actor, "alpha", 5);
        var taken = await TakeAsync(actor, "alpha");
        Assert.NotNull(taken);
        await ReadyAsync(actor, "alpha", 5);

        // A runtime that has none gets one at the cost of the richest, and no second one.
        actor.Tell(new BlankActor.Expect("beta", 128));
        await ReadyAsync(actor, "beta", 1);
        await ReadyAsync(actor, "alpha", 4);
        Assert.Equal(1, _driver.Made.Count(blank => blank.IsDiscarded));
        await TakeAsync(actor, "beta");
        await ReadyAsync(actor, "beta", 1);
        await ReadyAsync(actor, "alpha", 4);
        Assert.Equal(1, _driver.Made.Count(blank => blank.IsDiscarded));
    }

    [Fact]
    public async Task A_sandbox_that_ends_while_it_waits_is_removed_and_not_handed_out()
    {
        var actor = Start();
        actor.Tell(new BlankActor.Expect("alpha", 128));
        await ReadyAsync(actor, "alpha", 1);
        var lost = (await TakeAsync(actor, "alpha"))!;
        await ReadyAsync(actor, "alpha", 1);
        lost.Exit(); // It is its environment's by now: no concern of the actor's.
        await ReadyAsync(actor, "alpha", 1);

        _driver.Made[1].Exit();
        await ReadyAsync(actor, "alpha", 0);
        Assert.True(_driver.Made[1].IsDiscarded);
        Assert.False(lost.IsDiscarded);
        Assert.Null(await TakeAsync(actor, "alpha"));

        _time.AdvanceSeconds(5);
        actor.Tell(BlankActor.Tick.Instance);
        await ReadyAsync(actor, "alpha", 2);
    }

    [Fact]
    public async Task A_start_that_fails_is_tried_again_later_and_later()
    {
        _driver.IsQuick = false;
        var actor = Start();
        actor.Tell(new BlankActor.Expect("alpha", 128));
        foreach (var pause in (int[])[5, 10, 20])
        {
            await Eventually.Holds(() => _driver.Pending == 1, "a start is under way");
            _driver.Fail();
            await Eventually.Holds(() => DescribeAsync(actor).Result[0].Starting == 0, "the failure is noted");
            _time.Advance(TimeSpan.FromSeconds(pause - 1));
            actor.Tell(BlankActor.Tick.Instance);
            Assert.Equal(0, (await DescribeAsync(actor))[0].Starting);
            _time.Advance(TimeSpan.FromSeconds(1));
            actor.Tell(BlankActor.Tick.Instance);
        }

        await Eventually.Holds(() => _driver.Pending == 1, "a start is under way");
        _driver.Finish();
        await ReadyAsync(actor, "alpha", 1);
    }

    [Fact]
    public async Task New_files_of_a_runtime_replace_what_waits_and_what_is_being_started()
    {
        _driver.IsQuick = false;
        var actor = Start();
        await TakeAsync(actor, "alpha");
        await TakeAsync(actor, "alpha");
        await Eventually.Holds(() => _driver.Pending == 2, "two starts are under way");
        _driver.Finish();
        await ReadyAsync(actor, "alpha", 1);

        File.WriteAllText(Path.Combine(_folder.FullName, "alpha", "bootstrap"), "a later one");
        _driver.IsQuick = true;
        actor.Tell(BlankActor.Tick.Instance);
        await Eventually.Holds(() => _driver.Specs.Count == 3, "a new one is started in place of the one that waited");
        _driver.Finish();
        await Eventually.Holds(() => _driver.Specs.Count == 4, "the one that was being started is replaced as well");
        await ReadyAsync(actor, "alpha", 2);
    }

    [Fact]
    public async Task A_drain_discards_what_waits_and_waits_for_what_is_being_started()
    {
        var actor = Start();
        actor.Tell(new BlankActor.Expect("alpha", 128));
        await ReadyAsync(actor, "alpha", 1);
        _driver.IsQuick = false;
        actor.Tell(new BlankActor.Expect("beta", 128));
        await Eventually.Holds(() => _driver.Pending == 1, "a start is under way");
        actor.Tell(BlankActor.Drain.Instance, TestActor);
        Assert.Null(await TakeAsync(actor, "alpha"));
        Assert.False(HasMessages);
        _driver.Finish();
        ExpectMsg<BlankActor.Drained>(Patience);
        Assert.Equal(2, _driver.Specs.Count);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Delete(recursive: true);
    }

    private IActorRef Start(long budgetMib = 1_000, Meter? meter = null)
    {
        foreach (var (family, blank) in new[] { ("alpha", Blank), ("beta", Blank), ("sized", Blank.Replace("\"memoryMib\":512,", "")), ("never", "") })
        {
            var folder = _folder.CreateSubdirectory(family);
            File.WriteAllText(Path.Combine(folder.FullName, "manifest.json"), $$"""{"family":"{{family}}","identifiers":["{{family}}"],"command":["/bin/true"]{{blank}}}""");
        }

        var runtimes = RuntimeCatalog.LoadAsync(_folder.FullName, default).GetAwaiter().GetResult();
        return Sys.ActorOf(Props.Create(() => new BlankActor(_driver, runtimes, budgetMib, _time, new WorkerMetrics(meter ?? new Meter("unheard"), new EnvironmentTable(_time)))));
    }

    private const string Blank = ""","blank":{"memoryMib":512,"residentMib":10,"startVariables":[]}""";

    private static async Task<IReadOnlyList<BlankDescription>> DescribeAsync(IActorRef actor) =>
        (await actor.Ask<BlankActor.Described>(BlankActor.Describe.Instance, Patience)).Blanks;

    private static async Task<FakeBlank?> TakeAsync(IActorRef actor, string runtime, int memoryMib = 128) =>
        (FakeBlank?)(await actor.Ask<BlankActor.Taken>(new BlankActor.Take(runtime, memoryMib), Patience)).Blank;

    private static Task ReadyAsync(IActorRef actor, string runtime, int count, int? ofMib = null) => Eventually.Holds(
        () => DescribeAsync(actor).Result.Any(blank => blank.Runtime == runtime && blank.MemoryMib == ofMib && blank.Ready == count), $"{count} of {runtime} wait");
}
