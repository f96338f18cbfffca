using System.Text;
using Hearth.Contracts;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Functions;
using Hearth.Node.Workers;

namespace Hearth.Node.Gateway;

/// <summary>What all operations that invoke have in common: all but the writing of an outcome.</summary>
internal sealed class InvokeRequests(FunctionNames names, FunctionRegion functions, FunctionInvoker invoker)
{
    private static readonly byte[] NoPayload = "{}"u8.ToArray();

    /// <summary>
    /// Reads the request and runs it. Null where there is no outcome to write: an error or a dry run, which have been answered.
    /// </summary>
    /// <param name="operation">As AWS's messages name it.</param>
    /// <param name="types">The invocation types it has.</param>
    public async Task<InvocationOutcome?> RunAsync(HttpContext context, string operation, bool wantsStream, params string[] types)
    {
        if (await ReadAsync(context, operation, wantsStream, types) is not (var functionName, var invocation))
            return null;

        var (outcome, version) = await invoker.InvokeAsync(functionName, invocation);
        if (outcome.Error is not null)
        {
            await ApiReplies.WriteErrorAsync(context, outcome.Error);
            return null;
        }

        context.Response.Headers["X-Amz-Executed-Version"] = version;
        context.Response.Headers["X-Amzn-Trace-Id"] = invocation.TraceId;
        return outcome;
    }

    // 1 of an invocation's path. Null where nothing is to run: then it has been answered.
    private async Task<(string FunctionName, Invocation Invocation)?> ReadAsync(HttpContext context, string operation, bool wantsStream, string[] types)
    {
        var (reference, error) = names.Resolve(context);
        var type = HeaderOr(context, "X-Amz-Invocation-Type", "RequestResponse");
        var logType = HeaderOr(context, "X-Amz-Log-Type", "None");
        var constraints = new Constraints();
        constraints.OneOf(type, "invocationType", types);
        constraints.OneOf(logType, "logType", "None", "Tail");
        error ??= constraints.Error;
        if (error is null && type == "Event")
            error = RequestError.NotSupported("InvocationType Event");
        string? clientContext = null;
        if (error is null)
            (clientContext, error) = ReadClientContext(context);
        byte[]? payload = null;
        if (error is null)
            (payload, error) = await ReadPayloadAsync(context, operation, type);
        if (error is null && type == "DryRun")
            error = await DryRunAsync(context, reference!.Name);

        if (error is not null)
            await ApiReplies.WriteErrorAsync(context, error);
        if (error is not null || type == "DryRun")
            return null;
        return (reference!.Name, new Invocation(
            RequestIds.Of(context), payload!, names.Partition.FunctionArn(reference.Name, reference.Qualifier), clientContext,
            TraceIds.Of(context), logType == "Tail", wantsStream));
    }

    private async Task<RequestError?> DryRunAsync(HttpContext context, string functionName)
    {
        if (await functions.AskAsync(new DescribeFunction(functionName)) is RequestRefused refused)
            return refused.Error;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private static async Task<(byte[]? Payload, RequestError? Error)> ReadPayloadAsync(HttpContext context, string operation, string type)
    {
        if (await ApiBody.ReadAsync(context, Limits.RequestPayloadBytes) is not { } payload)
        {
            return (null, new RequestError(
                ErrorCode.RequestTooLarge,
                $"Request must be smaller than {Limits.RequestPayloadBytes} bytes for the {operation} operation with InvocationType {type}"));
        }

        if (payload.Length == 0)
            return (NoPayload, null);
        return ApiBody.SyntaxError(payload) is { } syntax
            ? (null, new RequestError(ErrorCode.InvalidRequestContent, $"Could not parse request body into json: Could not parse payload into json: {syntax}"))
            : (payload, null);
    }

    private static (string? Json, RequestError? Error) ReadClientContext(HttpContext context)
    {
        if (context.Request.Headers["X-Amz-Client-Context"].ToString() is not { Length: > 0 } encoded)
            return (null, null);

        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var written) || ApiBody.SyntaxError(bytes.AsSpan(0, written)) is not null)
            return (null, new RequestError(ErrorCode.InvalidRequestContent, "Client context must be a valid Base64-encoded JSON object."));
        if (written > Limits.ClientContextBytes)
            return (null, new RequestError(ErrorCode.InvalidRequestContent, $"Client context must be no more than {Limits.ClientContextBytes} bytes when decoded."));

        // It travels on in a header of the Runtime API, where only ASCII is safe: JSON allows every other character to be escaped.
        return (EscapeToAscii(Encoding.UTF8.GetString(bytes, 0, written)), null);
    }

    private static string EscapeToAscii(string json)
    {
        var text = new StringBuilder(json.Length);
        foreach (var character in json)
        {
            if (character is >= ' ' and <= '~')
                text.Append(character);
            else if (character > '~')
                text.Append($"\\u{(int)character:x4}");
            else
                text.Append(' ');
        }

        return text.ToString();
    }

    private static string HeaderOr(HttpContext context, string name, string otherwise) =>
        context.Request.Headers[name].ToString() is { Length: > 0 } value ? value : otherwise;
}
