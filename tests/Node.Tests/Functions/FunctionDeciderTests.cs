using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Functions;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Functions;

public class FunctionDeciderTests
{
    private static readonly FunctionDecider Decider = new("hello", Partition.Default);
    private static readonly DateTimeOffset Later = Time.AddMinutes(1);
    private static readonly FunctionSettings BiggerSettings = Settings with { MemoryMib = 256 };

    private static readonly IFunctionEvent Created = new FunctionCreated(Settings, Code, "r1", Time);
    private static readonly IFunctionEvent Settled = new FunctionSettled("r2", null, Time);
    private static readonly IFunctionEvent Failed = new FunctionSettled("r2", "no disk", Time);
    private static readonly IFunctionEvent CodeUpdated = new FunctionCodeUpdated(OtherCode, "r3", Later);

    private static readonly IFunctionMessage Create = new CreateFunction("hello", Settings, Code);
    private static readonly IFunctionMessage UpdateCode = new UpdateFunctionCode("hello", OtherCode, null, DryRun: false);
    private static readonly IFunctionMessage UpdateSettings =
        new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(MemoryMib: 256), null);

    [Fact]
    public void A_new_function_is_pending_and_has_the_revision_given()
    {
        var decision = Decide(null, Create);
        Assert.Equal([new FunctionCreated(Settings, Code, "r9", Later)], decision.Events);
        var described = Described(decision);
        Assert.Equal((FunctionState.Pending, "Creating", "r9"), (described.State, described.StateReasonCode, described.RevisionId));
        Assert.Null(described.LastUpdateStatus);
        Assert.Equal("2026-11-02T10:01:00.000+0000", described.LastModified);
    }

    [Fact]
    public void A_name_that_is_taken_is_a_conflict() => AssertRefused(
        Decide(After(Created, Settled), Create), ErrorCode.ResourceConflict, "Function already exist: hello");

    [Fact]
    public void What_does_not_exist_cannot_be_read_changed_or_deleted() => Assert.All(
        [UpdateCode, UpdateSettings, new DeleteFunction("hello"), new DescribeFunction("hello")],
        command => AssertRefused(
            Decide(null, command), ErrorCode.ResourceNotFound, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello"));

    [Fact]
    public void While_a_function_settles_it_cannot_be_changed()
    {
        foreach (var settling in new[] { After(Created), After(Created, Settled, CodeUpdated) })
        {
            foreach (var command in new[] { UpdateCode, UpdateSettings })
                AssertRefused(Decide(settling, command), ErrorCode.ResourceConflict,
                    "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:us-east-1:000000000000:function:hello");
        }
    }

    [Fact]
    public void While_a_function_settles_it_can_be_read_and_deleted()
    {
        Assert.Equal("r1", Described(Decide(After(Created), new DescribeFunction("hello"))).RevisionId);
        Assert.Equal([new FunctionDeleted(Later)], Decide(After(Created), new DeleteFunction("hello")).Events);
    }

    [Fact]
    public void An_update_with_a_stale_revision_is_refused_and_with_the_functions_own_accepted()
    {
        var function = After(Created, Settled);
        foreach (var (stale, current) in new (IFunctionMessage, IFunctionMessage)[]
        {
            (new UpdateFunctionCode("hello", OtherCode, "r1", false), new UpdateFunctionCode("hello", OtherCode, "r2", false)),
            (new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(), "r1"), new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(), "r2")),
        })
        {
            AssertRefused(Decide(function, stale), ErrorCode.PreconditionFailed, null);
            Assert.Single(Decide(function, current).Events);
        }
    }

    [Fact]
    public void An_update_of_code_is_in_progress_while_the_function_stays_active()
    {
        var decision = Decide(After(Created, Settled), UpdateCode);
        Assert.Equal([new FunctionCodeUpdated(OtherCode, "r9", Later)], decision.Events);
        var described = Described(decision);
        Assert.Equal((FunctionState.Active, LastUpdateStatus.InProgress, "Creating"),
            (described.State, described.LastUpdateStatus!.Value, described.LastUpdateStatusReasonCode));
        Assert.Equal((OtherCode.Sha256, OtherCode.SizeBytes, "r9"), (described.CodeSha256, described.CodeSize, described.RevisionId));
    }

    [Fact]
    public void An_update_of_settings_replaces_what_it_gives_and_keeps_the_rest()
    {
        var decision = Decide(After(Created, Settled), UpdateSettings);
        Assert.Equal([new FunctionConfigurationUpdated(BiggerSettings, "r9", Later)], decision.Events);
        Assert.Equal(256, Described(decision).MemorySize);
    }

    [Fact]
    public void A_dry_run_shows_what_would_be_and_records_nothing()
    {
        var decision = Decide(After(Created, Settled), new UpdateFunctionCode("hello", OtherCode, null, DryRun: true));
        Assert.Empty(decision.Events);
        Assert.Equal(OtherCode.Sha256, Described(decision).CodeSha256);
    }

    [Fact]
    public void A_deleted_function_is_gone_and_its_name_free()
    {
        var deleted = After(Created, Settled, new FunctionDeleted(Later));
        Assert.Null(deleted);
        Assert.Single(Decide(deleted, Create).Events);
        Assert.Null(FunctionDecider.Apply(deleted, Created)!.Deployed);
    }

    [Fact]
    public void A_function_that_settles_is_active_and_runs_what_was_accepted()
    {
        var function = After(Created, Settled)!;
        Assert.Equal((FunctionState.Active, LastUpdateStatus.Successful, "r2"), (function.State, function.UpdateStatus!.Value, function.RevisionId));
        Assert.Equal(new Deployment("r2", Settings, Code), function.Deployed);
    }

    [Fact]
    public void Until_an_update_settles_the_deployment_before_it_runs()
    {
        var updating = After(Created, Settled, CodeUpdated)!;
        Assert.Equal(Code, updating.Deployed!.Code);
        Assert.Equal(OtherCode, FunctionDecider.Apply(updating, new FunctionSettled("r4", null, Later))!.Deployed!.Code);
    }

    [Fact]
    public void A_first_deployment_that_fails_leaves_the_function_failed_with_the_reason()
    {
        var described = After(Created, Failed)!.Describe("hello", Partition.Default);
        Assert.Equal((FunctionState.Failed, "no disk", "InternalError"), (described.State, described.StateReason, described.StateReasonCode));
        Assert.Null(After(Created, Failed)!.Deployed);
        Assert.Single(Decide(After(Created, Failed), UpdateCode).Events);
    }

    [Fact]
    public void An_update_that_fails_leaves_the_function_active_on_what_ran_before()
    {
        var function = After(Created, Settled, CodeUpdated, new FunctionSettled("r4", "no disk", Later))!;
        Assert.Equal((FunctionState.Active, LastUpdateStatus.Failed), (function.State, function.UpdateStatus!.Value));
        Assert.Equal((Code, Code), (function.Deployed!.Code, function.Code));
        var described = function.Describe("hello", Partition.Default);
        Assert.Equal(("no disk", "InternalError"), (described.LastUpdateStatusReason, described.LastUpdateStatusReasonCode));
        Assert.Null(described.StateReason);
    }

    [Fact]
    public void A_failure_with_a_code_of_AWSs_is_shown_by_it_until_the_next_success()
    {
        var created = After(Created, new FunctionSettled("r2", "no layer", Time, "InvalidImage"))!.Describe("hello", Partition.Default);
        Assert.Equal((FunctionState.Failed, "no layer", "InvalidImage"), (created.State, created.StateReason, created.StateReasonCode));
        var updated = After(Created, Settled, CodeUpdated, new FunctionSettled("r4", "no image", Later, "ImageDeleted"))!;
        Assert.Equal("ImageDeleted", updated.Describe("hello", Partition.Default).LastUpdateStatusReasonCode);
        Assert.Null(FunctionDecider.Apply(FunctionDecider.Apply(updated, CodeUpdated), new FunctionSettled("r5", null, Later))!.FailureCode);
    }

    [Fact]
    public void An_image_is_described_as_one()
    {
        var image = new CodeReference(new string('a', 64), 0, "registry.test/app:v1");
        var settings = Settings with { Runtime = "", Handler = "", ImageConfig = new ImageConfig(Command: ["a.b"]) };
        var decision = Decide(null, new CreateFunction("hello", settings, image));
        Assert.Equal("registry.test/app:v1", Assert.IsType<FunctionDescribed>(decision.Reply).ImageUri);
        var described = Described(decision);
        Assert.Equal(("Image", null, null), (described.PackageType, described.Runtime, described.Handler));
        Assert.Equal((image.Sha256, 0L, settings.ImageConfig), (described.CodeSha256, described.CodeSize, described.ImageConfigResponse!.ImageConfig));
    }

    [Fact]
    public void A_failed_function_whose_next_update_settles_is_active()
    {
        var function = After(Created, Failed, CodeUpdated, new FunctionSettled("r4", null, Later))!;
        Assert.Equal((FunctionState.Active, OtherCode), (function.State, function.Deployed!.Code));
        Assert.Null(function.Failure);
    }

    [Fact]
    public void A_preparation_that_nobody_waits_for_settles_nothing()
    {
        Assert.Null(Settle(null, Code));
        Assert.Null(Settle(After(Created, Settled), Code));
        Assert.Null(Settle(After(Created, Settled, CodeUpdated), Code));
        Assert.Equal(new FunctionSettled("r9", null, Later), Settle(After(Created, Settled, CodeUpdated), OtherCode));
        Assert.Equal(new FunctionSettled("r9", null, Later), Settle(After(Created), Code));
    }

    [Fact]
    public void An_empty_environment_removes_all_variables_and_is_not_shown()
    {
        var set = Described(Decide(After(Created, Settled), Patch(new Dictionary<string, string> { ["A"] = "1" })));
        Assert.Equal("1", set.Environment!.Variables["A"]);
        Assert.Null(Described(Decide(After(Created, Settled), Patch(new Dictionary<string, string>()))).Environment);

        static IFunctionMessage Patch(Dictionary<string, string> variables) =>
            new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(Environment: variables), null);
    }

    [Fact]
    public void An_event_of_another_version_or_out_of_place_stops_the_recovery()
    {
        Assert.Throws<InvalidOperationException>(() => FunctionDecider.Apply(After(Created), new EventOfTomorrow(Time)));
        Assert.Throws<InvalidOperationException>(() => FunctionDecider.Apply(null, CodeUpdated));
        Assert.Throws<InvalidOperationException>(() => FunctionDecider.Apply(null, Settled));
        Assert.Throws<InvalidOperationException>(() => FunctionDecider.Apply(null, new FunctionConfigurationUpdated(Settings, "r3", Time)));
    }

    [Fact]
    public void A_message_that_is_no_command_on_the_record_is_a_bug() =>
        Assert.Throws<ArgumentException>(() => Decide(null, new AdmitInvocation("hello", "r1")));

    private static FunctionRecord? After(params IFunctionEvent[] events) =>
        events.Aggregate((FunctionRecord?)null, FunctionDecider.Apply);

    private static Decision Decide(FunctionRecord? function, IFunctionMessage command) => Decider.Decide(function, command, "r9", Later);

    private static IFunctionEvent? Settle(FunctionRecord? function, CodeReference code) => FunctionDecider.Settle(function, new PackagePrepared(code, null), "r9", Later);

    private static FunctionConfiguration Described(Decision decision) => Assert.IsType<FunctionDescribed>(decision.Reply).Configuration;

    private static void AssertRefused(Decision decision, ErrorCode code, string? message)
    {
        var error = Assert.IsType<RequestRefused>(decision.Reply).Error;
        Assert.Equal(code, error.Code);
        if (message is not null)
            Assert.Equal(message, error.Message);
        Assert.Empty(decision.Events);
    }

    private sealed record EventOfTomorrow(DateTimeOffset At) : IFunctionEvent;
}
