using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Contracts.Inspection;
using Hearth.Node.Functions;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Wire;

/// <summary>A value of every type that is stored or sent, with every member set; where a member may be null, one without it too.</summary>
internal static class WireSamples
{
    private static readonly FunctionSettings Full = new(
        "python3.11", "app.handler", "arn:aws:iam::000000000000:role/any", "grüßt \"alle\" <&>", 3, 256, 1_024, "x86_64",
        new Dictionary<string, string> { ["STAGE"] = "dev", ["EMPTY"] = "" }, "Active", "/aws/lambda/hello");

    private static readonly FunctionRecord Record = new(
        Full, OtherCode, "r4", Time.AddMinutes(1), FunctionState.Active, LastUpdateStatus.Failed, "no disk", new Deployment("r2", Settings, Code));

    private const string Address = "akka.tcp://hearth@10.0.0.5:9071";

    private static readonly CodeReference Image = new(new string('a', 64), 0, "registry.test/app:v1");

    private static readonly FunctionSettings OfImage = Full with
    {
        Runtime = "",
        Handler = "",
        ImageConfig = new ImageConfig(["/entry"], ["app.handler", "x"], "/srv"),
    };

    private static readonly Lease Lent = Lease(Environment(1));

    /// <summary>The events and the snapshot: the name of the golden file, the manifest in the journal, the value.</summary>
    public static IReadOnlyList<(string Name, string Manifest, object Value)> Persisted { get; } =
    [
        ("created", "fe:created", new FunctionCreated(Full, Code, "r1", Time)),
        ("created-plain", "fe:created", new FunctionCreated(Settings, Code, "r1", Time)),
        ("created-image", "fe:created", new FunctionCreated(OfImage, Image, "r1", Time)),
        ("code-updated", "fe:code", new FunctionCodeUpdated(OtherCode, "r3", Time)),
        ("configuration-updated", "fe:config", new FunctionConfigurationUpdated(Full, "r3", Time)),
        ("settled", "fe:settled", new FunctionSettled("r2", null, Time.AddTicks(1))),
        ("settled-failed", "fe:settled", new FunctionSettled("r2", "no disk", Time)),
        ("settled-image-failed", "fe:settled", new FunctionSettled("r2", "no layer", Time, "InvalidImage")),
        ("deleted", "fe:deleted", new FunctionDeleted(Time)),
        ("snapshot", "fs", new FunctionSnapshot(Record)),
        ("snapshot-image", "fs", new FunctionSnapshot(new FunctionRecord(OfImage, Image, "r4", Time, FunctionState.Failed, LastUpdateStatus.Failed, "no layer", null, "InvalidImage"))),
        ("snapshot-deleted", "fs", new FunctionSnapshot(null)),
    ];

    public static IReadOnlyList<object> Sent { get; } =
    [
        new CreateFunction("hello", Full, Code),
        new UpdateFunctionCode("hello", Code, "r1", true),
        new UpdateFunctionCode("hello", Code, null, false),
        new UpdateFunctionConfiguration(
            "hello", new FunctionSettingsPatch("nodejs20.x", "a.b", "role", "d", 1, 128, 512, new Dictionary<string, string>(), "Active", "/log"), "r1"),
        new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(), null),
        new DeleteFunction("hello"),
        new DescribeFunction("hello"),
        new DescribeEnvironments("hello"),
        new RefreshCatalogue("hello"),
        new AdmitInvocation("hello", "r1"),
        new AdmitInvocation("hello", "r1", "10.0.0.1:7000", "10.0.0.2:7000"),
        new ReleaseLease("hello", Environment(1), "r1", LeaseOutcome.Gone),
        new FunctionDescribed(Record.Describe("hello", Partition.Default)),
        new FunctionRemoved("hello"),
        new EnvironmentsDescribed(7, [new EnvironmentDescription("e1", "Idle", 3, Time, Time.AddSeconds(1)), new EnvironmentDescription("e2", "Leased", 1, Time, null)]),
        new RequestRefused(RequestError.Throttled(ThrottleReason.ReservedFunctionInvocationRateLimitExceeded)),
        new RequestRefused(RequestError.FunctionExists("hello")),
        new InvocationAdmitted(Lent),
        new RequestConcurrency("hello", "life-7", 4, 3, 6, 9),
        new ReturnConcurrency(),
        new ConcurrencyGranted("life-7", 9),
        new StartEnvironment(Environment(1), Spec(settings: Full), Lent),
        new StartEnvironment(Environment(1), Spec(settings: Full), Lent, Time),
        new StopEnvironment(Environment(1)),
        new StopEnvironment(Environment(1), StopReason.Updated),
        new ReclaimEnvironment("hello", Environment(1), "node"),
        new ReportEnvironments("hello"),
        new PreparePackage(Code, "python3.11", 512),
        new EnvironmentEnded("hello", Environment(1)),
        new EnvironmentsReported("hello", "10.0.0.1:7000", [new ReportedEnvironment(Environment(1), "d1", Time, Lent), new ReportedEnvironment(Environment(2), "d1", Time, null)]),
        new EnvironmentsReported("hello", "10.0.0.1:7000", [new ReportedEnvironment(Environment(2), "d1", Time, null)], Part: 1, Parts: 2),
        new DescribeWorker(),
        new WorkerDescribed("10.0.0.1:7000", "10.0.0.1:7001", 4_096, 4_000, 224, true, 7, 2),
        new PackagePrepared(Code, null),
        new PackagePrepared(Code, "no disk", IsWorkers: true),
        new PackagePrepared(Image, "no layer", "InvalidImage"),
        new CreateFunction("hello", OfImage, Image),
        new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(ImageConfig: new ImageConfig()), null),
        new FunctionDescribed(Record.Describe("hello", Partition.Default), "registry.test/app:v1"),
        new DescribeNode(),
        new NodeDescribed(new NodeDescription("n1", Address, ["control", "worker"], "Up", "0.1.0", Time, Time.AddSeconds(1), 3, 384, 1_024, 2, 1, true, Time.AddDays(30))),
        new NodeDescribed(new NodeDescription("n1", Address, [], "Joining", "0.1.0", Time, null, 0, 0, 0, 0, 0, false)),
        new ListNodeEnvironments(),
        new ListNodeEnvironments("hello", "e1"),
        new NodeEnvironmentsListed([new NodeEnvironment("e1", "hello", "n1", "Invoking", 128, Time, Time, "r1", "blank-1"), new NodeEnvironment("e2", "hello", "n1", "Idle", 128, Time, Time)], true),
        new KillEnvironment("e1"),
        new EnvironmentKillAnswered("e1", "n1", true),
        new ListFunctionLoads(),
        new FunctionLoadsListed([new FunctionLoad("hello", 1, 3, 1, 384)]),
        new ListShards(),
        new ListShards("function", "hello"),
        new ShardsListed([new ShardDescription("function", "23", Address, 2)], ["function/7"], "23"),
        new ShardsListed([], []),
        new DescribeSharding(),
        new ShardingDescribed([new RegionDescription("function", [Address])], [new RegionStatistics("function", Address, 3, 5, ["7"])]),
        new ListActors(4),
        new ActorsListed(new ListActorsResponse("n1", Address, [new ActorLine(0, "/", 2), new ActorLine(1, "user", 0)], 3)),
        new ReadNodeLog(7, "Warning"),
        new NodeLogRead([new NodeLogLine(Time, "n1", "Warning", "source", "message")], 8),
        new DrainNode(),
        new NodeDraining("n1", Address),
    ];

    public static IEnumerable<object> All => Persisted.Select(persisted => persisted.Value).Concat(Sent);
}
