using System.Text.Json.Serialization;
using Hearth.Contracts.Api;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;

namespace Hearth.Node.Functions;

/// <summary>One function: what its owner asked for, and what runs.</summary>
/// <remarks>
/// <code>
///   (none) ─FunctionCreated─► Pending ─FunctionSettled─► Active ─…Updated─► Active, InProgress ─FunctionSettled─► Active
///                                └─FunctionSettled with a failure─► Failed            └─with a failure─► Active, Failed
/// </code>
/// </remarks>
/// <param name="Settings">As last accepted.</param>
/// <param name="Code">As last accepted.</param>
/// <param name="Deployed">What invocations run; null until the function first became active.</param>
/// <param name="UpdateStatus">Null until the function first became active.</param>
/// <param name="Failure">Why the latest create or update that settled has failed; null where it has not.</param>
/// <param name="FailureCode">AWS's code for it; null where it is <c>InternalError</c>.</param>
internal sealed record FunctionRecord(
    FunctionSettings Settings,
    CodeReference Code,
    string RevisionId,
    DateTimeOffset LastModified,
    FunctionState State,
    LastUpdateStatus? UpdateStatus,
    string? Failure,
    Deployment? Deployed,
    string? FailureCode = null)
{
    /// <summary>A create or an update is under way, and another has to wait.</summary>
    [JsonIgnore]
    public bool IsSettling => State == FunctionState.Pending || UpdateStatus == LastUpdateStatus.InProgress;

    private bool IsImage => Code.ImageUri is not null;

    /// <summary>The configuration as the API shows it.</summary>
    public FunctionConfiguration Describe(string name, Partition partition) => new()
    {
        FunctionName = name,
        FunctionArn = partition.FunctionArn(name),
        Runtime = IsImage ? null : Settings.Runtime,
        Role = Settings.Role,
        Handler = IsImage ? null : Settings.Handler,
        CodeSize = Code.SizeBytes,
        Description = Settings.Description,
        Timeout = Settings.TimeoutSeconds,
        MemorySize = Settings.MemoryMib,
        LastModified = LastModified.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'"),
        CodeSha256 = Code.Sha256,
        Version = FunctionReference.Latest,
        Environment = Settings.Environment is { Count: > 0 } variables ? new EnvironmentResponse(variables) : null,
        TracingConfig = new TracingConfig(Settings.TracingMode),
        RevisionId = RevisionId,
        State = State,
        StateReason = State switch
        {
            FunctionState.Pending => "The function is being created.",
            FunctionState.Failed => Failure,
            _ => null,
        },
        StateReasonCode = State switch
        {
            FunctionState.Pending => "Creating",
            FunctionState.Failed => FailureCode ?? "InternalError",
            _ => null,
        },
        LastUpdateStatus = UpdateStatus,
        LastUpdateStatusReason = UpdateStatus switch
        {
            LastUpdateStatus.InProgress => "The function is being created.",
            LastUpdateStatus.Failed => Failure,
            _ => null,
        },
        LastUpdateStatusReasonCode = UpdateStatus switch
        {
            LastUpdateStatus.InProgress => "Creating",
            LastUpdateStatus.Failed => FailureCode ?? "InternalError",
            _ => null,
        },
        PackageType = IsImage ? "Image" : "Zip",
        ImageConfigResponse = Settings.ImageConfig is { SaysSomething: true } config ? new ImageConfigResponse(config) : null,
        Architectures = [Settings.Architecture],
        EphemeralStorage = new EphemeralStorage(Settings.EphemeralStorageMib),
        LoggingConfig = new LoggingConfig("Text", Settings.LogGroup),
    };
}

/// <summary>Code with settings that took effect together.</summary>
/// <param name="Id">The revision they were accepted as.</param>
internal sealed record Deployment(string Id, FunctionSettings Settings, CodeReference Code);
