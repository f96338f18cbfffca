using System.Text.Encodings.Web;
using System.Text.Json;
using Hearth.Contracts;
using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>What an owner's environment variables may be. Source: developer guide, "Using Lambda environment variables"; recorded errors.</summary>
internal static class EnvironmentVariables
{
    private static readonly HashSet<string> Reserved =
    [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    ];

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static RequestError? Check(IReadOnlyDictionary<string, string>? variables)
    {
        if (variables is null)
            return null;

        var reserved = variables.Keys.Where(Reserved.Contains).ToList();
        if (reserved.Count > 0)
            return Refuse($"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {string.Join(", ", reserved)}");

        var bytes = JsonSerializer.SerializeToUtf8Bytes(variables, Compact);
        return bytes.Length > Limits.EnvironmentVariablesBytes
            ? Refuse($"exceeded the 4KB limit. String measured: {System.Text.Encoding.UTF8.GetString(bytes)}")
            : null;
    }

    private static RequestError Refuse(string problem) => RequestError.InvalidParameter(
        $"Lambda was unable to configure your environment variables because the environment variables you have provided {problem}");
}
