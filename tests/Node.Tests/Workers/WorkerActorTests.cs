using Akka.Actor;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

/// <summary>The worker's memory, queue and reports. It has 1,024 MiB, and environments take 256 or more.</summary>
public class WorkerActorTests : WorkerRig
{
    [Fact]
    public async Task An_environment_is_started_with_what_its_function_needs()
    {
        var lease = Start(1);
        await IdleAsync(lease);
        var spec = Assert.Single(Driver.Specs);
        Assert.Equal((lease.EnvironmentId, 256, 512), (spec.EnvironmentId, spec.MemoryMib, spec.EphemeralStorageMib));
        Assert.Equal(["/bin/true"], spec.Command);
        Assert.True(File.Exists(Path.Combine(spec.TaskDirectory, "app.py")));
        Assert.Equal("app.handler", spec.Environment["_HANDLER"]);
        Assert.Equal("2026/11/02/[$LATEST]e1", spec.Environment["AWS_LAMBDA_LOG_STREAM_NAME"]);
        Assert.Equal("INIT_START Runtime Version: plain", FunctionLog.Lines[0]);
    }

    [Fact]
    public async Task A_kill_ends_an_environment_while_its_function_runs()
    {
        var lease = Start(1);
        var outcome = InvokeAsync(lease);
        var environment = await EnvironmentAsync(lease);
        await Eventually.Result(environment.NextAsync(default));
        Worker.Tell(new WorkerActor.Kill(lease.EnvironmentId), TestActor);
        Assert.True(ExpectMsg<WorkerActor.KillAnswered>().Found);
        Assert.Equal(OutcomeKind.FunctionFailed, (await Eventually.Result(outcome)).Kind);
        ExpectEnded(lease);

        Worker.Tell(new WorkerActor.Kill(lease.EnvironmentId), TestActor);
        Assert.False(ExpectMsg<WorkerActor.KillAnswered>().Found);
    }

    [Fact]
    public async Task A_worker_tells_what_it_has()
    {
        var lease = Start(1);
        await IdleAsync(lease);
        Worker.Tell(new DescribeWorker(), TestActor);
        Assert.Equal(new WorkerDescribed("node", null, 1_024, 256, 0, IsDraining: false, Environments: 1), ExpectMsg<WorkerDescribed>());
    }

    [Fact]
    public async Task An_invocation_that_is_faster_than_its_environments_start_waits_for_it()
    {
        var lease = Samples.Lease(Samples.Environment(1), "r1");
        var outcome = InvokeAsync(lease);
        Start(1);
        var environment = await EnvironmentAsync(lease);
        await Eventually.Result(environment.NextAsync(default));
        environment.Respond("r1", OutcomeKind.Succeeded, "1"u8.ToArray());
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task An_invocation_whose_environment_never_comes_is_not_started()
    {
        var outcome = InvokeAsync(Samples.Lease(Samples.Environment(1)));
        Time.AdvanceSeconds(10);
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(outcome));
    }

    [Fact]
    public async Task So_many_starts_are_under_way_at_once_and_the_next_begins_as_one_ends_or_takes_long()
    {
        var context = Context with { StartsAtOnce = 1 };
        var worker = Sys.ActorOf(Props.Create(() => new WorkerActor(context)));
        foreach (var number in new[] { 1, 2, 3 })
        {
            var lease = Samples.Lease(Samples.Environment(number), $"r{number}");
            worker.Tell(new StartEnvironment(lease.EnvironmentId, Samples.Spec("hello", Samples.Settings with { Runtime = "plain", MemoryMib = 256 }) with { Code = Code }, lease, null), TestActor);
        }

        await IdleAsync(Samples.Lease(Samples.Environment(1), "r1"));
        await Eventually.Holds(() => Driver.Specs.Count == 2, "the second begins");
        worker.Tell(new DescribeWorker(), TestActor);
        Assert.Equal(1, ExpectMsg<WorkerDescribed>().StartsWaiting);
        Time.Advance(StartPlaces.MaxHold);
        await Eventually.Holds(() => Driver.Specs.Count == 3, "the third begins");
    }

    [Fact]
    public async Task Who_does_not_answer_a_worker_short_of_memory_is_asked_again()
    {
        foreach (var lease in new[] { Start(1), Start(2), Start(3), Start(4) })
            await IdleAsync(lease);
        Start(5);
        var asked = Functions.ExpectMsg<ReclaimEnvironment>();
        Assert.Equal("node", asked.WorkerId);
        Time.AdvanceSeconds(3);
        Assert.Equal(asked, Functions.ExpectMsg<ReclaimEnvironment>());
    }

    [Fact]
    public async Task No_more_memory_is_promised_than_there_is_and_a_start_waits_until_some_is_free()
    {
        var leases = new[] { Start(1), Start(2), Start(3), Start(4) };
        foreach (var lease in leases)
        {
            Time.AdvanceSeconds(0.1);
            await IdleAsync(lease);
        }

        var waiting = Start(5);
        Assert.Equal(leases[0].EnvironmentId, Functions.ExpectMsg<ReclaimEnvironment>().EnvironmentId);
        Assert.Equal(4, Driver.Specs.Count);

        Stop(leases[0].EnvironmentId);
        Functions.FishForMessage<EnvironmentEnded>(ended => ended.EnvironmentId == leases[0].EnvironmentId);
        await IdleAsync(waiting);
        Assert.Equal(5, Driver.Specs.Count);
        Assert.Equal([false], Assert.Single(Driver.Made, sandbox => sandbox.Stops.Count > 0).Stops);
    }

    [Fact]
    public async Task The_least_recently_used_idle_environments_are_asked_for_first_and_busy_ones_never()
    {
        var busy = Start(1);
        var running = InvokeAsync(busy);
        var environment = await EnvironmentAsync(busy);
        await Eventually.Result(environment.NextAsync(default));
        foreach (var number in new[] { 3, 2, 4 })
        {
            Time.AdvanceSeconds(0.1);
            await IdleAsync(Start(number));
        }

        Start(5, memoryMib: 512);
        Assert.Equal(["e3", "e2"], new[] { Reclaimed(), Reclaimed() });
        environment.Respond("r1", OutcomeKind.Succeeded, "{}"u8.ToArray());
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(running)).Kind);

        string Reclaimed() => Functions.ExpectMsg<ReclaimEnvironment>().EnvironmentId.Value;
    }

    [Fact]
    public async Task A_start_that_waits_too_long_for_memory_throttles_its_invocation()
    {
        var busy = Start(1, memoryMib: 1_024);
        _ = InvokeAsync(busy);
        await Eventually.Result((await EnvironmentAsync(busy)).NextAsync(default));
        var waiting = Start(2);
        var outcome = InvokeAsync(waiting);
        await EnvironmentAsync(waiting);
        Time.AdvanceSeconds(2);
        Assert.False(outcome.IsCompleted);
        Time.AdvanceSeconds(8);
        var refused = (await Eventually.Result(outcome)).Error!;
        Assert.Equal((ErrorCode.TooManyRequests, "Rate Exceeded. No worker has 256 MB of memory left for another execution environment."), (refused.Code, refused.Message));
        ExpectEnded(waiting);
        Assert.All(Driver.Specs, spec => Assert.Equal(busy.EnvironmentId, spec.EnvironmentId));
    }

    [Fact]
    public async Task A_function_larger_than_the_node_is_refused_at_once_and_costs_the_others_nothing()
    {
        await IdleAsync(Start(1));
        var tooLarge = Start(2, memoryMib: 2_048);
        Assert.Equal(ErrorCode.TooManyRequests, (await Eventually.Result(InvokeAsync(tooLarge))).Error!.Code);
        ExpectEnded(tooLarge);
        await IdleAsync(Start(3));
        Assert.False(Functions.HasMessages);
    }

    [Fact]
    public async Task A_large_start_is_not_overtaken_by_small_ones()
    {
        var first = Start(1, memoryMib: 512);
        await IdleAsync(first);
        var large = Start(2, memoryMib: 1_024);
        var small = Start(3);
        Functions.ExpectMsg<ReclaimEnvironment>();
        Stop(first.EnvironmentId);
        await Eventually.Holds(() => Driver.Specs.Count == 2, "the next environment starts");
        Assert.Equal(large.EnvironmentId, Driver.Specs.Last().EnvironmentId);
        Stop(large.EnvironmentId);
        await IdleAsync(small);
    }

    [Fact]
    public async Task An_environment_that_waits_for_memory_can_be_ended()
    {
        await IdleAsync(Start(1, memoryMib: 1_024));
        var waiting = Start(2);
        var outcome = InvokeAsync(waiting);
        await EnvironmentAsync(waiting);
        Stop(waiting.EnvironmentId);
        Assert.Equal(InvocationOutcome.NotStarted, await Eventually.Result(outcome));
        Functions.FishForMessage<EnvironmentEnded>(ended => ended.EnvironmentId == waiting.EnvironmentId);
        Assert.Single(Driver.Specs);
    }

    [Fact]
    public async Task A_function_is_told_which_of_its_environments_are_here_and_under_which_lease()
    {
        var idle = Start(1);
        await IdleAsync(idle);
        var leased = Start(2);
        await EnvironmentAsync(leased);
        Start(3, function: "other");
        Worker.Tell(new ReportEnvironments("hello"), TestActor);
        var report = ExpectMsg<EnvironmentsReported>();
        Assert.Equal("hello", report.FunctionName);
        Assert.Equal(
            [new ReportedEnvironment(idle.EnvironmentId, "d1", Time.Now, null), new ReportedEnvironment(leased.EnvironmentId, "d1", Time.Now, leased)],
            report.Environments.OrderBy(environment => environment.EnvironmentId.Value));
    }

    [Fact]
    public void A_function_with_very_many_environments_is_told_of_them_in_parts()
    {
        const int Count = (2 * EnvironmentsReported.PartSize) + 50;
        for (var number = 1; number <= Count; number++)
            Start(number, memoryMib: 1);
        Worker.Tell(new ReportEnvironments("hello"), TestActor);
        var parts = Enumerable.Range(0, 3).Select(_ => ExpectMsg<EnvironmentsReported>()).ToList();
        Assert.Equal([(0, 3), (1, 3), (2, 3)], parts.Select(part => (part.Part, part.Parts)));
        Assert.All(parts, part => Assert.InRange(part.Environments.Count, 1, EnvironmentsReported.PartSize));
        Assert.Equal(
            Enumerable.Range(1, Count).Select(number => Samples.Environment(number).Value).Order(),
            parts.SelectMany(part => part.Environments).Select(environment => environment.EnvironmentId.Value).Order());
    }

    [Fact]
    public async Task An_environment_that_has_ended_is_not_reported()
    {
        var (first, second) = (Start(1), Start(2));
        await IdleAsync(first);
        await IdleAsync(second);
        Stop(first.EnvironmentId);
        ExpectEnded(first);
        Worker.Tell(new ReportEnvironments("hello"), TestActor);
        Assert.Equal(second.EnvironmentId, Assert.Single(ExpectMsg<EnvironmentsReported>().Environments).EnvironmentId);
        Stop(second.EnvironmentId);
        ExpectEnded(second);
        Worker.Tell(new ReportEnvironments("hello"), TestActor);
        Assert.Empty(ExpectMsg<EnvironmentsReported>().Environments);
    }

    [Fact]
    public void A_package_is_prepared_or_its_failure_told()
    {
        Worker.Tell(new PreparePackage(Code, "plain", 128), TestActor);
        Assert.Equal(new PackagePrepared(Code, null), ExpectMsg<PackagePrepared>());

        Worker.Tell(new PreparePackage(Samples.Code, "plain", 128), TestActor);
        Assert.Equal("The code package is not in the store.", ExpectMsg<PackagePrepared>().Failure);

        Worker.Tell(new PreparePackage(new CodeReference("no hash", 1), "plain", 128), TestActor);
        Assert.StartsWith("The code package could not be extracted", ExpectMsg<PackagePrepared>().Failure);
    }

    [Fact]
    public async Task A_damaged_package_fails_the_function_instead_of_leaving_it_pending()
    {
        foreach (var folder in Directory.GetDirectories(Path.Combine(PackageRoot, "code")))
            Directory.Delete(folder, recursive: true);
        foreach (var zip in Directory.GetFiles(Path.Combine(PackageRoot, "zips")))
            await File.WriteAllTextAsync(zip, "no zip");
        Worker.Tell(new PreparePackage(Code, "plain", 128), TestActor);
        Assert.StartsWith("The code package could not be extracted", ExpectMsg<PackagePrepared>().Failure);

        var lease = Start(1);
        var outcome = await Eventually.Result(InvokeAsync(lease));
        Assert.Equal(ErrorCode.Service, outcome.Error!.Code);
        ExpectEnded(lease);
    }

    [Fact]
    public async Task A_drained_worker_has_no_environment_left_and_starts_none()
    {
        var idle = Start(1);
        await IdleAsync(idle);
        var busy = Start(2, memoryMib: 768);
        var running = InvokeAsync(busy);
        await Eventually.Result((await EnvironmentAsync(busy)).NextAsync(default));
        var waiting = Start(3);
        var queued = InvokeAsync(waiting);
        await EnvironmentAsync(waiting);

        Worker.Tell(WorkerActor.Drain.Instance, TestActor);
        ExpectMsg<WorkerActor.Drained>();
        Assert.Equal("Runtime.ExitError", EnvironmentRig.ErrorOf(await Eventually.Result(running)).ErrorType);
        Assert.NotEqual(OutcomeKind.Succeeded, (await Eventually.Result(queued)).Kind);
        Assert.All(Driver.Made, sandbox => Assert.NotEmpty(sandbox.Stops));

        var late = Start(4);
        Assert.NotEqual(OutcomeKind.Succeeded, (await Eventually.Result(InvokeAsync(late))).Kind);
        Assert.Equal(2, Driver.Specs.Count);
    }

    [Fact]
    public void A_drained_worker_without_environments_answers_at_once()
    {
        Worker.Tell(WorkerActor.Drain.Instance, TestActor);
        ExpectMsg<WorkerActor.Drained>();
    }

    [Fact]
    public async Task A_worker_describes_what_it_has_and_what_starts_wait_for()
    {
        Assert.Equal(new WorkerDescribed("node", null, 1_024, 0, 0, IsDraining: false), Describe());
        var leases = new[] { Start(1), Start(2), Start(3) };
        foreach (var lease in leases)
            await IdleAsync(lease);
        Assert.Equal(256, Describe().FreeMib);
        Start(4, memoryMib: 512);
        Start(5, memoryMib: 512);
        Assert.Equal(-768, Describe().FreeMib);
    }

    [Fact]
    public void A_worker_that_has_nothing_is_quiet_at_once()
    {
        Worker.Tell(WorkerActor.Quiesce.Instance, TestActor);
        ExpectMsg<WorkerActor.Quiesced>();
        Assert.True(Describe().IsDraining);
    }

    [Fact]
    public async Task A_worker_is_quiet_after_its_last_environment_and_starts_no_more()
    {
        var lease = Start(1);
        await IdleAsync(lease);
        Worker.Tell(WorkerActor.Quiesce.Instance, TestActor);
        Assert.True(Describe().IsDraining);
        var late = Start(2);
        Assert.Equal(OutcomeKind.NotStarted, (await Eventually.Result(InvokeAsync(late))).Kind);
        ExpectEnded(late);
        Assert.Single(Driver.Specs);

        // Its functions end what is there.
        Stop(lease.EnvironmentId);
        ExpectEnded(lease);
        ExpectMsg<WorkerActor.Quiesced>();
    }

    private WorkerDescribed Describe()
    {
        Worker.Tell(new DescribeWorker(), TestActor);
        return ExpectMsg<WorkerDescribed>();
    }
}
