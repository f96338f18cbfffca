using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.Contracts.Errors;
using Hearth.Contracts.EventStreams;

namespace Hearth.Contracts.Api;

/// <summary>How the Lambda API's bodies are written: AWS's member names, no nulls, enums by name.</summary>
[JsonSerializable(typeof(CreateFunctionRequest))]
[JsonSerializable(typeof(UpdateFunctionConfigurationRequest))]
[JsonSerializable(typeof(UpdateFunctionCodeRequest))]
[JsonSerializable(typeof(FunctionConfiguration))]
[JsonSerializable(typeof(GetFunctionResponse))]
[JsonSerializable(typeof(ListFunctionsResponse))]
[JsonSerializable(typeof(AccountSettings))]
[JsonSerializable(typeof(ListRuntimesResponse))]
[JsonSerializable(typeof(ListBlanksResponse))]
[JsonSerializable(typeof(ListEgressResponse))]
[JsonSerializable(typeof(ListEnvironmentsResponse))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(ShowClusterResponse))]
[JsonSerializable(typeof(ClusterStatusResponse))]
[JsonSerializable(typeof(ClusterChangeResponse))]
[JsonSerializable(typeof(ClusterEventLine))]
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
[JsonSerializable(typeof(NodeLogLine))]
[JsonSerializable(typeof(FunctionError))]
[JsonSerializable(typeof(InvokeComplete))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The context to use: text is escaped no more than JSON asks for, so that messages stay readable.</summary>
    public static ApiJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new JsonStringEnumConverter<FunctionState>(),
            new JsonStringEnumConverter<LastUpdateStatus>(),
        },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
