using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.CommandLine.Commands;
using Hearth.CommandLine.Deploying;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Hosting;

/// <summary>What <c>--json</c> prints: the API's own shapes where it has one, indented.</summary>
[JsonSerializable(typeof(DeployReport))]
[JsonSerializable(typeof(InvokeReport))]
[JsonSerializable(typeof(ShowReport))]
[JsonSerializable(typeof(DeleteReport))]
[JsonSerializable(typeof(IReadOnlyList<FunctionConfiguration>))]
[JsonSerializable(typeof(ListRuntimesResponse))]
[JsonSerializable(typeof(ListEgressResponse))]
[JsonSerializable(typeof(ShowClusterResponse))]
[JsonSerializable(typeof(ClusterStatusResponse))]
[JsonSerializable(typeof(ClusterChangeResponse))]
[JsonSerializable(typeof(ListRegionsResponse))]
[JsonSerializable(typeof(ListShardsResponse))]
[JsonSerializable(typeof(ShardingStatisticsResponse))]
[JsonSerializable(typeof(FunctionLocation))]
[JsonSerializable(typeof(ListNodesResponse))]
[JsonSerializable(typeof(NodeDescription))]
[JsonSerializable(typeof(DrainNodeResponse))]
[JsonSerializable(typeof(ListNodeEnvironmentsResponse))]
[JsonSerializable(typeof(KillEnvironmentResponse))]
[JsonSerializable(typeof(ListFunctionLoadsResponse))]
[JsonSerializable(typeof(ListActorsResponse))]
[JsonSerializable(typeof(IReadOnlyList<MemberDescription>))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    public static CommandJson Indented { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter<FunctionState>(), new JsonStringEnumConverter<LastUpdateStatus>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
