using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hearth.Contracts;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Runtimes;

namespace Hearth.Node.Gateway;

/// <summary>
/// Reads the settings of CreateFunction and UpdateFunctionConfiguration: complete and within limits, or AWS's refusal.
/// Pure but for the runtimes that are installed.
/// </summary>
internal sealed partial class SettingsReader(RuntimeCatalog runtimes)
{
    private const string RolePattern = @"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+";
    private const string HandlerPattern = @"[^\s]+";

    /// <summary>What this machine runs, as the API names it.</summary>
    public static string Architecture { get; } = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x86_64";

    /// <summary>The settings of a new function, with AWS's defaults where the request gives none.</summary>
    public (FunctionSettings? Settings, RequestError? Error) ReadNew(CreateFunctionRequest request)
    {
        var constraints = new Constraints();
        constraints.Require(request.FunctionName, "functionName");
        constraints.Require(request.Role, "role");
        constraints.Require(request.Code, "code");
        constraints.OneOf(request.PackageType, "packageType", "Zip", "Image");
        Check(constraints, request);

        var isImage = request.PackageType == "Image";
        var error = constraints.Error ?? Unsupported(request) ?? UnsupportedNew(request) ?? ImageRequests.CheckNew(request) ?? CheckMeaning(request);
        if (error is null && !isImage && (request.Runtime is null || request.Handler is null))
            error = RequestError.InvalidParameter($"{(request.Runtime is null ? "Runtime" : "Handler")} is mandatory for functions created with deployment packages.");
        return error is not null ? (null, error) : (new FunctionSettings(
            request.Runtime ?? "", request.Handler ?? "", request.Role!, request.Description ?? "",
            request.Timeout ?? 3, request.MemorySize ?? Limits.MinMemoryMib, request.EphemeralStorage?.Size ?? Limits.MinEphemeralStorageMib,
            Architecture, request.Environment?.Variables, request.TracingConfig?.Mode ?? "PassThrough",
            request.LoggingConfig?.LogGroup ?? $"/aws/lambda/{request.FunctionName}", isImage ? request.ImageConfig : null), null);
    }

    /// <summary>What an update changes.</summary>
    /// <param name="packageType">The function's own.</param>
    public (FunctionSettingsPatch? Patch, RequestError? Error) ReadPatch(UpdateFunctionConfigurationRequest request, string packageType = "Zip")
    {
        var constraints = new Constraints();
        Check(constraints, request);
        var error = constraints.Error ?? Unsupported(request) ?? ImageRequests.CheckUpdate(request, packageType) ?? CheckMeaning(request);
        return error is not null ? (null, error) : (new FunctionSettingsPatch(
            request.Runtime, request.Handler, request.Role, request.Description, request.Timeout, request.MemorySize,
            request.EphemeralStorage?.Size,
            request.Environment is null ? null : request.Environment.Variables ?? new Dictionary<string, string>(),
            request.TracingConfig?.Mode, request.LoggingConfig?.LogGroup, packageType == "Image" ? request.ImageConfig : null), null);
    }

    /// <summary>Refuses architectures other than this machine's.</summary>
    public static RequestError? CheckArchitectures(IReadOnlyList<string>? architectures)
    {
        if (architectures is null || (architectures.Count == 1 && architectures[0] == Architecture))
            return null;
        return RequestError.InvalidParameter($"Architectures [{string.Join(", ", architectures)}] cannot run here: this node serves [{Architecture}].");
    }

    private static void Check(Constraints constraints, FunctionSettingsRequest request)
    {
        constraints.Matches(request.Role, RoleShape(), RolePattern, "role");
        constraints.Matches(request.Handler, HandlerShape(), HandlerPattern, "handler");
        constraints.MaxLength(request.Handler, 128, "handler");
        constraints.MaxLength(request.Description, 256, "description");
        constraints.InRange(request.Timeout, Limits.MinTimeoutSeconds, Limits.MaxTimeoutSeconds, "timeout");
        constraints.InRange(request.MemorySize, Limits.MinMemoryMib, Limits.MaxMemoryMib, "memorySize");
        constraints.InRange(request.EphemeralStorage?.Size, Limits.MinEphemeralStorageMib, Limits.MaxEphemeralStorageMib, "ephemeralStorage.size");
        constraints.OneOf(request.TracingConfig?.Mode, "tracingConfig.mode", "Active", "PassThrough");
        constraints.OneOf(request.SnapStart?.ApplyOn, "snapStart.applyOn", "PublishedVersions", "None");
        constraints.OneOf(request.LoggingConfig?.LogFormat, "loggingConfig.logFormat", "JSON", "Text");
        ImageRequests.Check(constraints, request.ImageConfig);
        foreach (var name in request.Environment?.Variables?.Keys ?? [])
            constraints.Matches(name, VariableShape(), "[a-zA-Z]([a-zA-Z0-9_])+", "environment.variables");
    }

    private RequestError? CheckMeaning(FunctionSettingsRequest request)
    {
        if (request.Runtime is { } runtime && !runtimes.TryFind(runtime, out _))
            return UnknownRuntime(runtime);
        return EnvironmentVariables.Check(request.Environment?.Variables);
    }

    private RequestError UnknownRuntime(string identifier)
    {
        var installed = string.Join(", ", runtimes.All.Select(runtime => runtime.Identifier));
        return RequestError.InvalidParameter(RuntimeCatalog.KnownToAws(identifier)
            ? $"Value {identifier} at 'runtime' cannot be served by this node, which has: [{installed}]."
            : $"Value {identifier} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{installed}] or be a valid ARN");
    }

    // Members that other parts of Lambda bring are refused by name: to ignore one would be to run something else.
    private static RequestError? Unsupported(FunctionSettingsRequest request)
    {
        if (request.SnapStart?.ApplyOn == "PublishedVersions")
            return RequestError.NotSupported("SnapStart");
        if (request.LoggingConfig is { LogFormat: "JSON" } or { ApplicationLogLevel: not null } or { SystemLogLevel: not null })
            return RequestError.NotSupported("LoggingConfig with LogFormat JSON or log levels");
        return FirstGiven(
            (request.VpcConfig, "VpcConfig"), (request.DeadLetterConfig, "DeadLetterConfig"), (request.KMSKeyArn, "KMSKeyArn"),
            (request.Layers, "Layers"), (request.FileSystemConfigs, "FileSystemConfigs"),
            (request.DurableConfig, "DurableConfig"), (request.TenancyConfig, "TenancyConfig"), (request.CapacityProviderConfig, "CapacityProviderConfig"));
    }

    private static RequestError? UnsupportedNew(CreateFunctionRequest request)
    {
        if (request.Code is { S3Bucket: not null } or { S3Key: not null })
            return RequestError.NotSupported("Code from S3");
        if (request.Publish == true)
            return RequestError.NotSupported("Publish");
        if (request.Tags is { Count: > 0 })
            return RequestError.NotSupported("Tags");
        return FirstGiven((request.CodeSigningConfigArn, "CodeSigningConfigArn")) ?? CheckArchitectures(request.Architectures);
    }

    private static RequestError? FirstGiven(params ReadOnlySpan<(JsonElement? Value, string Member)> members)
    {
        foreach (var (value, member) in members)
        {
            if (value is { } given && !SaysNothing(given))
                return RequestError.NotSupported(member);
        }

        return null;
    }

    // Tools send empty members for what they do not use: {"SubnetIds": [], "SecurityGroupIds": []}, [], "".
    private static bool SaysNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.EnumerateObject().All(member => SaysNothing(member.Value)),
        _ => false,
    };

    [GeneratedRegex($@"^{RolePattern}\z")]
    private static partial Regex RoleShape();

    [GeneratedRegex($@"^{HandlerPattern}\z")]
    private static partial Regex HandlerShape();

    [GeneratedRegex(@"^(?:[a-zA-Z][a-zA-Z0-9_]+|_HANDLER|_X_AMZN_TRACE_ID)\z")]
    private static partial Regex VariableShape();
}
