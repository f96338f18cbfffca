using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Inspection;
using Hearth.Node.Functions;

namespace Hearth.Node.Wire;

/// <summary>The stored and sent form of every wire type: compact JSON, readable in the database.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(ErrorCodeConverter)])]
[JsonSerializable(typeof(FunctionCreated))]
[JsonSerializable(typeof(FunctionCodeUpdated))]
[JsonSerializable(typeof(FunctionConfigurationUpdated))]
[JsonSerializable(typeof(FunctionSettled))]
[JsonSerializable(typeof(FunctionDeleted))]
[JsonSerializable(typeof(FunctionSnapshot))]
[JsonSerializable(typeof(CreateFunction))]
[JsonSerializable(typeof(UpdateFunctionCode))]
[JsonSerializable(typeof(UpdateFunctionConfiguration))]
[JsonSerializable(typeof(DeleteFunction))]
[JsonSerializable(typeof(DescribeFunction))]
[JsonSerializable(typeof(DescribeEnvironments))]
[JsonSerializable(typeof(RefreshCatalogue))]
[JsonSerializable(typeof(AdmitInvocation))]
[JsonSerializable(typeof(ReleaseLease))]
[JsonSerializable(typeof(FunctionDescribed))]
[JsonSerializable(typeof(FunctionRemoved))]
[JsonSerializable(typeof(EnvironmentsDescribed))]
[JsonSerializable(typeof(RequestRefused))]
[JsonSerializable(typeof(InvocationAdmitted))]
[JsonSerializable(typeof(RequestConcurrency))]
[JsonSerializable(typeof(ReturnConcurrency))]
[JsonSerializable(typeof(ConcurrencyGranted))]
[JsonSerializable(typeof(StartEnvironment))]
[JsonSerializable(typeof(StopEnvironment))]
[JsonSerializable(typeof(ReclaimEnvironment))]
[JsonSerializable(typeof(ReportEnvironments))]
[JsonSerializable(typeof(PreparePackage))]
[JsonSerializable(typeof(EnvironmentEnded))]
[JsonSerializable(typeof(EnvironmentsReported))]
[JsonSerializable(typeof(PackagePrepared))]
[JsonSerializable(typeof(DescribeWorker))]
[JsonSerializable(typeof(WorkerDescribed))]
[JsonSerializable(typeof(DescribeNode))]
[JsonSerializable(typeof(ListNodeEnvironments))]
[JsonSerializable(typeof(KillEnvironment))]
[JsonSerializable(typeof(ListFunctionLoads))]
[JsonSerializable(typeof(ListShards))]
[JsonSerializable(typeof(DescribeSharding))]
[JsonSerializable(typeof(ListActors))]
[JsonSerializable(typeof(ReadNodeLog))]
[JsonSerializable(typeof(DrainNode))]
[JsonSerializable(typeof(NodeDescribed))]
[JsonSerializable(typeof(NodeEnvironmentsListed))]
[JsonSerializable(typeof(EnvironmentKillAnswered))]
[JsonSerializable(typeof(FunctionLoadsListed))]
[JsonSerializable(typeof(ShardsListed))]
[JsonSerializable(typeof(ShardingDescribed))]
[JsonSerializable(typeof(ActorsListed))]
[JsonSerializable(typeof(NodeLogRead))]
[JsonSerializable(typeof(NodeDraining))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>An error code travels by its name and comes back as the catalogue's own entry; one of a later version as a failure of the service.</summary>
internal sealed class ErrorCodeConverter : JsonConverter<ErrorCode>
{
    public override ErrorCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ErrorCode.Find(reader.GetString()!) ?? ErrorCode.Service;

    public override void Write(Utf8JsonWriter writer, ErrorCode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
