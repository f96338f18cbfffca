using CsCheck;
using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Functions;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Functions;

public class FunctionDeciderPropertyTests
{
    private static readonly FunctionDecider Decider = new("hello", Partition.Default);

    private enum Act
    {
        Create, UpdateCode, UpdateSettings, UpdateStale, UpdateDry, Delete, Describe, SettleWell, SettleBadly, SettleLate,
    }

    [Fact]
    public void Whatever_is_asked_the_record_stays_in_order_and_replays_to_itself() =>
        Gen.Int[0, Enum.GetValues<Act>().Length - 1].Array[1, 60].Sample(
            acts =>
            {
                FunctionRecord? function = null;
                var journal = new List<IFunctionEvent>();
                for (var step = 0; step < acts.Length; step++)
                {
                    var recorded = Run(function, (Act)acts[step], $"r{step}", Time.AddSeconds(step));
                    foreach (var entry in recorded)
                    {
                        function = FunctionDecider.Apply(function, entry);
                        journal.Add(entry);
                    }

                    Check(function);
                }

                Assert.Equal(function, journal.Aggregate((FunctionRecord?)null, FunctionDecider.Apply));
            },
            iter: 3_000);

    private static IReadOnlyList<IFunctionEvent> Run(FunctionRecord? function, Act act, string revision, DateTimeOffset now)
    {
        IFunctionMessage? command = act switch
        {
            Act.Create => new CreateFunction("hello", Settings, Code),
            Act.UpdateCode => new UpdateFunctionCode("hello", OtherCode, null, false),
            Act.UpdateSettings => new UpdateFunctionConfiguration("hello", new FunctionSettingsPatch(TimeoutSeconds: 9), function?.RevisionId),
            Act.UpdateStale => new UpdateFunctionCode("hello", OtherCode, "stale", false),
            Act.UpdateDry => new UpdateFunctionCode("hello", OtherCode, null, true),
            Act.Delete => new DeleteFunction("hello"),
            Act.Describe => new DescribeFunction("hello"),
            _ => null,
        };
        if (command is null)
            return Settle(function, act, revision, now);

        var decision = Decider.Decide(function, command, revision, now);
        if (act is Act.UpdateStale or Act.UpdateDry or Act.Describe || decision.Reply is RequestRefused)
            Assert.Empty(decision.Events);
        if (decision is { Reply: FunctionDescribed described, Events: [var recorded] })
            Assert.Equal(Json(FunctionDecider.Apply(function, recorded)!.Describe("hello", Partition.Default)), Json(described.Configuration));
        return decision.Events;
    }

    private static IReadOnlyList<IFunctionEvent> Settle(FunctionRecord? function, Act act, string revision, DateTimeOffset now)
    {
        var code = act == Act.SettleLate ? new CodeReference("late", 1) : function?.Code ?? Code;
        var settled = FunctionDecider.Settle(function, new PackagePrepared(code, act == Act.SettleBadly ? "no disk" : null), revision, now);
        Assert.Equal(function is { IsSettling: true } && act != Act.SettleLate, settled is not null);
        return settled is null ? [] : [settled];
    }

    private static void Check(FunctionRecord? function)
    {
        if (function is null)
            return;

        Assert.Equal(function.Deployed is not null, function.State == FunctionState.Active);
        Assert.NotEqual(FunctionState.Inactive, function.State);
        if (function.State == FunctionState.Pending)
            Assert.Null(function.UpdateStatus);
        if (function is { State: FunctionState.Active, UpdateStatus: LastUpdateStatus.Successful })
            Assert.Equal((function.Settings, function.Code), (function.Deployed!.Settings, function.Deployed.Code));

        var described = function.Describe("hello", Partition.Default);
        Assert.Equal(described.State is FunctionState.Active, described.StateReason is null);
        Assert.Equal(described.StateReason is null, described.StateReasonCode is null);
        Assert.Equal(described.LastUpdateStatus is null or LastUpdateStatus.Successful, described.LastUpdateStatusReason is null);
        Assert.Equal(described.LastUpdateStatusReason is null, described.LastUpdateStatusReasonCode is null);
        Assert.Equal((function.RevisionId, function.Code.Sha256), (described.RevisionId, described.CodeSha256));
    }

    private static string Json(FunctionConfiguration configuration) =>
        System.Text.Json.JsonSerializer.Serialize(configuration, ApiJson.Relaxed.FunctionConfiguration);
}
