using Akka.Actor;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Storage;
using Hearth.Node.Tests.Storage;
using Hearth.Node.Tests.Support;
using LinqToDB.Data;

namespace Hearth.Node.Tests.Functions;

public sealed class SqliteFunctionActorRecordTests() : FunctionActorRecordTests(TempDatabase.Sqlite());

public sealed class PostgresFunctionActorRecordTests(PostgresServer server) : FunctionActorRecordTests(TempDatabase.On(server)), IClassFixture<PostgresServer>;

/// <summary>What the actor remembers: journal, catalogue, preparation.</summary>
public abstract class FunctionActorRecordTests : FunctionActorRig
{
    private protected FunctionActorRecordTests(TempDatabase database) : base(database)
    {
    }

    private static readonly CreateFunction Create = new("hello", Samples.Settings, Samples.Code);

    [Fact]
    public async Task A_change_is_answered_only_once_the_catalogue_has_it()
    {
        var actor = Start();
        Catalogue.Hold();
        actor.Tell(Create, TestActor);
        await Eventually.Holds(() => Catalogue.Started == 1, "the row is being written");
        Worker.ExpectMsg<PreparePackage>();
        Assert.False(HasMessages);

        Catalogue.LetGo();
        Assert.Equal(FunctionState.Pending, ExpectMsg<FunctionDescribed>().Configuration.State);
        Assert.Equal(("hello", 1L, FunctionState.Pending), Row());
    }

    [Fact]
    public async Task A_catalogue_that_fails_is_told_and_written_again()
    {
        var actor = Start();
        Catalogue.FailNext(2);
        actor.Tell(Create, TestActor);
        Assert.Equal(ErrorCode.Service, ExpectRefusal().Code);
        await Eventually.Holds(() => Catalogue.Written.Count == 1, "the row is written in the end");
        Assert.Equal(("hello", 1L, FunctionState.Pending), Row());
        Assert.Equal(FunctionState.Pending, Describe(actor).State);
    }

    [Fact]
    public async Task Rows_are_written_one_after_the_other_in_the_journals_order()
    {
        var actor = Start();
        Catalogue.Hold();
        actor.Tell(Create, TestActor);
        actor.Tell(new PackagePrepared(Worker.ExpectMsg<PreparePackage>().Code, null), Worker);
        actor.Tell(new DeleteFunction("hello"), TestActor);
        await Eventually.Holds(() => Catalogue.Started == 1, "the first row is being written");
        Catalogue.LetGo();
        ExpectMsg<FunctionDescribed>();
        ExpectMsg<FunctionRemoved>();
        Assert.Equal([1L, 2L, 3L], Catalogue.Written.Select(row => row.SequenceNumber));
        Assert.Null(Catalogue.Written[^1].Configuration);
    }

    [Fact]
    public void A_refresh_writes_the_row_again()
    {
        var (actor, _) = StartActive();
        var before = Catalogue.Written.Count;
        actor.Tell(new RefreshCatalogue("hello"));
        AwaitAssert(() => Assert.Equal(before + 1, Catalogue.Written.Count));
        Assert.Equal(("hello", 2L, FunctionState.Active), Row());
    }

    [Fact]
    public void After_a_crash_the_function_is_as_it_was()
    {
        var (actor, _) = StartActive();
        var before = Describe(actor);
        Kill(actor);
        var recovered = Start();
        Assert.Equivalent(before, Describe(recovered), strict: true);
        AdmitCold(recovered, "r1");
    }

    [Fact]
    public void After_a_crash_in_a_preparation_it_is_asked_for_again()
    {
        var actor = Start();
        actor.Tell(Create, TestActor);
        ExpectMsg<FunctionDescribed>();
        Worker.ExpectMsg<PreparePackage>();
        Kill(actor);

        var context = Context;
        var recovered = Shard.ChildActorOf(Props.Create(() => new Hearth.Node.Functions.FunctionActor("hello", context)));
        var prepare = Worker.ExpectMsg<PreparePackage>();
        Worker.ExpectMsg<ReportEnvironments>();

        // Answered while the actor still waits for the report.
        recovered.Tell(new PackagePrepared(prepare.Code, null), Worker);
        recovered.Tell(new EnvironmentsReported("hello", "node", []), Worker);
        AwaitAssert(() => Assert.Equal(FunctionState.Active, Describe(recovered).State));
    }

    [Fact]
    public void A_deleted_function_stays_deleted_and_its_name_can_be_taken()
    {
        var (actor, _) = StartActive();
        actor.Tell(new DeleteFunction("hello"), TestActor);
        Assert.Equal("hello", ExpectMsg<FunctionRemoved>().FunctionName);
        Kill(actor);

        var recovered = Start();
        recovered.Tell(new DescribeFunction("hello"), TestActor);
        Assert.Equal(ErrorCode.ResourceNotFound, ExpectRefusal().Code);
        recovered.Tell(Create, TestActor);
        Assert.Equal(FunctionState.Pending, ExpectMsg<FunctionDescribed>().Configuration.State);
    }

    [Fact]
    public void A_preparation_that_fails_fails_the_function_with_its_reason()
    {
        var actor = Start();
        actor.Tell(Create, TestActor);
        ExpectMsg<FunctionDescribed>();
        Settle(actor, failure: "no disk");
        Assert.Equal((FunctionState.Failed, "no disk"), (Describe(actor).State, Describe(actor).StateReason));
        actor.Tell(new AdmitInvocation("hello", "r1"), TestActor);
        Assert.Equal(ErrorCode.ResourceConflict, ExpectRefusal().Code);
    }

    [Fact]
    public void A_late_answer_about_code_that_was_replaced_settles_nothing()
    {
        var (actor, _) = StartActive();
        actor.Tell(new UpdateFunctionCode("hello", Samples.OtherCode, null, false), TestActor);
        ExpectMsg<FunctionDescribed>();
        actor.Tell(new PackagePrepared(Samples.Code, "late"), Worker);
        Assert.Equal(LastUpdateStatus.InProgress, Describe(actor).LastUpdateStatus);
        Settle(actor);
        Assert.Equal(LastUpdateStatus.Successful, Describe(actor).LastUpdateStatus);
    }

    [Fact]
    public void A_refused_change_and_a_dry_run_leave_journal_and_catalogue_alone()
    {
        var (actor, _) = StartActive();
        var rows = Catalogue.Written.Count;
        actor.Tell(Create, TestActor);
        Assert.Equal(ErrorCode.ResourceConflict, ExpectRefusal().Code);
        actor.Tell(new UpdateFunctionCode("hello", Samples.OtherCode, null, DryRun: true), TestActor);
        Assert.Equal(Samples.OtherCode.Sha256, ExpectMsg<FunctionDescribed>().Configuration.CodeSha256);
        Assert.Equal(Samples.Code.Sha256, Describe(actor).CodeSha256);
        Assert.Equal((rows, 2), (Catalogue.Written.Count, Count("journal")));
    }

    [Fact]
    public void A_long_journal_is_recovered_from_its_snapshot()
    {
        var (actor, _) = StartActive();
        for (var n = 1; n <= 26; n++)
        {
            actor.Tell(new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(TimeoutSeconds: n), null), TestActor);
            ExpectMsg<FunctionDescribed>();
            Settle(actor);
        }

        var before = Describe(actor);
        AwaitAssert(() => Assert.Equal(1, Count("snapshot")), TimeSpan.FromSeconds(30));
        Kill(actor);
        using (var connection = Database.Open())
            Assert.Equal(50, connection.Execute("DELETE FROM journal WHERE sequence_number <= 50"));

        var recovered = Start();
        Assert.Equivalent(before, Describe(recovered), strict: true);
        Assert.Equal(26, before.Timeout);
    }

    [Fact]
    public async Task While_storage_is_away_changes_are_refused_and_invocations_go_on()
    {
        RequestError? refusal = null;
        Context = Context with { StorageRefusal = () => Task.FromResult(refusal) };
        var (actor, _) = StartActive();
        Release(actor, AdmitCold(actor, "warming"));
        var before = (Journal: Count("journal"), Rows: Catalogue.Written.Count);

        refusal = StorageHealth.Unavailable;
        actor.Tell(new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(TimeoutSeconds: 7), null), TestActor);
        Assert.Equal(StorageHealth.Unavailable, ExpectRefusal());
        actor.Tell(new DeleteFunction("hello"), TestActor);
        Assert.Equal(StorageHealth.Unavailable, ExpectRefusal());
        Release(actor, Admit(actor, "warm"));
        Assert.Equal(before, (Count("journal"), Catalogue.Written.Count));

        refusal = null;
        actor.Tell(new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(TimeoutSeconds: 7), null), TestActor);
        Assert.Equal(7, ExpectMsg<FunctionDescribed>().Configuration.Timeout);

        // The update is settled once the database is back, without another word.
        refusal = StorageHealth.Unavailable;
        actor.Tell(new PackagePrepared(Worker.FishForMessage<PreparePackage>(_ => true).Code, null), Worker);
        Assert.Equal(LastUpdateStatus.InProgress, Describe(actor).LastUpdateStatus);
        refusal = null;
        await Eventually.Holds(() => Describe(actor).LastUpdateStatus == LastUpdateStatus.Successful, "the update is settled");
    }

    private (string Name, long SequenceNumber, FunctionState? State) Row() =>
        (Catalogue.Written[^1].Name, Catalogue.Written[^1].SequenceNumber, Catalogue.Written[^1].Configuration?.State);

    private int Count(string table)
    {
        using var connection = Database.Open();
        return connection.Execute<int>($"SELECT COUNT(*) FROM {table}");
    }
}
