using System.Globalization;
using System.Reflection;

namespace Hearth.Runtimes.DotNet;

/// <summary>What a handler gets as its context. Source: developer guide, "Lambda context object in C#".</summary>
internal static class LambdaContext
{
    /// <param name="type">The package's own <c>ILambdaContext</c>.</param>
    public static object Create(Type type, Invocation invocation)
    {
        object? identity = null, client = null, logger = null;
        return Shape.Create(type, (method, _) => method.Name switch
        {
            "get_AwsRequestId" => invocation.RequestId,
            "get_TraceId" => invocation.TraceId,
            "get_InvokedFunctionArn" => invocation.FunctionArn,
            "get_FunctionName" => Variable("FUNCTION_NAME"),
            "get_FunctionVersion" => Variable("FUNCTION_VERSION"),
            "get_MemoryLimitInMB" => int.Parse(Variable("FUNCTION_MEMORY_SIZE") ?? "0", CultureInfo.InvariantCulture),
            "get_LogGroupName" => Variable("LOG_GROUP_NAME"),
            "get_LogStreamName" => Variable("LOG_STREAM_NAME"),
            "get_RemainingTime" => invocation.Remaining,
            "get_Identity" => identity ??= CallerShapes.Identity(method.ReturnType, invocation.CognitoIdentity),
            "get_ClientContext" => client ??= CallerShapes.ClientContext(method.ReturnType, invocation.ClientContext),
            "get_Logger" => logger ??= Shape.Create(method.ReturnType, Log),
            _ => Shape.Unknown,
        });
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable("AWS_LAMBDA_" + name);

    /// <summary>
    /// <c>Log(message)</c> writes as it is; the others write a record: <c>LogLine(message)</c>, <c>LogWarning(…)</c>,
    /// <c>Log(level, …)</c>, where … is an exception, if any, a message, and values for its places, if any.
    /// </summary>
    private static object? Log(MethodInfo method, object?[] arguments)
    {
        if (!method.Name.StartsWith("Log", StringComparison.Ordinal))
            return Shape.Unknown;
        var level = method.Name[3..];
        var rest = arguments.AsSpan();
        if (level.Length == 0)
        {
            if (rest.Length == 1)
            {
                FunctionLog.Write(rest[0]?.ToString() ?? "");
                return null;
            }

            level = rest[0]?.ToString() ?? "";
            rest = rest[1..];
        }

        var exception = rest.Length > 0 && rest[0] is Exception first ? first : null;
        if (exception is not null)
            rest = rest[1..];
        var message = rest.Length > 0 ? rest[0]?.ToString() : null;
        var values = rest.Length > 1 ? rest[1] as object?[] : null;
        FunctionLog.WriteLine(level == "Line" ? "Information" : level, MessageTemplate.Fill(message, values, exception));
        return null;
    }
}
