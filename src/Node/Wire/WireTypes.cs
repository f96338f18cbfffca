using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;

namespace Hearth.Node.Wire;

/// <summary>
/// Every type that is stored or sent between nodes, with the manifest it is stored under. A manifest is for ever:
/// rename the type, never the manifest. A member is only added, and has to be optional.
/// </summary>
internal static class WireTypes
{
    private static readonly WireType[] Table =
    [
        // Events and snapshots: in journals of every version.
        new("fe:created", WireJson.Default.FunctionCreated),
        new("fe:code", WireJson.Default.FunctionCodeUpdated),
        new("fe:config", WireJson.Default.FunctionConfigurationUpdated),
        new("fe:settled", WireJson.Default.FunctionSettled),
        new("fe:deleted", WireJson.Default.FunctionDeleted),
        new("fs", WireJson.Default.FunctionSnapshot),

        // To a function's actor, and what it answers.
        new("fc:create", WireJson.Default.CreateFunction),
        new("fc:code", WireJson.Default.UpdateFunctionCode),
        new("fc:config", WireJson.Default.UpdateFunctionConfiguration),
        new("fc:delete", WireJson.Default.DeleteFunction),
        new("fc:describe", WireJson.Default.DescribeFunction),
        new("fc:environments", WireJson.Default.DescribeEnvironments),
        new("fc:refresh", WireJson.Default.RefreshCatalogue),
        new("fc:admit", WireJson.Default.AdmitInvocation),
        new("fc:release", WireJson.Default.ReleaseLease),
        new("fr:described", WireJson.Default.FunctionDescribed),
        new("fr:removed", WireJson.Default.FunctionRemoved),
        new("fr:environments", WireJson.Default.EnvironmentsDescribed),
        new("fr:refused", WireJson.Default.RequestRefused),
        new("fr:admitted", WireJson.Default.InvocationAdmitted),

        // Between a function's actor and the account's.
        new("ac:request", WireJson.Default.RequestConcurrency),
        new("ac:return", WireJson.Default.ReturnConcurrency),
        new("ar:granted", WireJson.Default.ConcurrencyGranted),

        // Between a function's actor and a worker.
        new("ec:start", WireJson.Default.StartEnvironment),
        new("ec:stop", WireJson.Default.StopEnvironment),
        new("ec:reclaim", WireJson.Default.ReclaimEnvironment),
        new("ec:report", WireJson.Default.ReportEnvironments),
        new("ec:prepare", WireJson.Default.PreparePackage),
        new("ec:describe", WireJson.Default.DescribeWorker),
        new("er:ended", WireJson.Default.EnvironmentEnded),
        new("er:reported", WireJson.Default.EnvironmentsReported),
        new("er:prepared", WireJson.Default.PackagePrepared),
        new("er:described", WireJson.Default.WorkerDescribed),

        // To a node's inspection actor, and what it answers.
        new("ii:node", WireJson.Default.DescribeNode),
        new("ii:environments", WireJson.Default.ListNodeEnvironments),
        new("ii:kill", WireJson.Default.KillEnvironment),
        new("ii:loads", WireJson.Default.ListFunctionLoads),
        new("ii:shards", WireJson.Default.ListShards),
        new("ii:sharding", WireJson.Default.DescribeSharding),
        new("ii:actors", WireJson.Default.ListActors),
        new("ii:log", WireJson.Default.ReadNodeLog),
        new("ii:drain", WireJson.Default.DrainNode),
        new("ir:node", WireJson.Default.NodeDescribed),
        new("ir:environments", WireJson.Default.NodeEnvironmentsListed),
        new("ir:kill", WireJson.Default.EnvironmentKillAnswered),
        new("ir:loads", WireJson.Default.FunctionLoadsListed),
        new("ir:shards", WireJson.Default.ShardsListed),
        new("ir:sharding", WireJson.Default.ShardingDescribed),
        new("ir:actors", WireJson.Default.ActorsListed),
        new("ir:log", WireJson.Default.NodeLogRead),
        new("ir:drain", WireJson.Default.NodeDraining),
    ];

    public static FrozenDictionary<Type, WireType> ByType { get; } = Table.ToFrozenDictionary(entry => entry.Json.Type);

    public static FrozenDictionary<string, WireType> ByManifest { get; } = Table.ToFrozenDictionary(entry => entry.Manifest);
}

internal sealed record WireType(string Manifest, JsonTypeInfo Json);
