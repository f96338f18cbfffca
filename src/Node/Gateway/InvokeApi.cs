using System.Text;
using Hearth.Contracts;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Functions;
using Hearth.Node.Workers;

namespace Hearth.Node.Gateway;

/// <summary>The Invoke operation: <c>RequestResponse</c> and <c>DryRun</c>.</summary>
internal sealed class InvokeApi(FunctionNames names, FunctionRegion functions, FunctionInvoker invoker)
{
    private static readonly byte[] NoPayload = "{}"u8.ToArray();

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/2015-03-31/functions/{name}/invocations", InvokeAsync);

    // 1 of an invocation's path: read and check the request.
    private async Task InvokeAsync(HttpContext context)
    {
        var (reference, error) = names.Resolve(context);
        var type = HeaderOr(context, "X-Amz-Invocation-Type", "RequestResponse");
        var logType = HeaderOr(context, "X-Amz-Log-Type", "None");
        var constraints = new Constraints();
        constraints.OneOf(type, "invocationType", "Event", "RequestResponse", "DryRun");
        constraints.OneOf(logType, "logType", "None", "Tail");
        error ??= constraints.Error;
        if (error is null && type == "Event")
            error = RequestError.NotSupported("InvocationType Event");
        string? clientContext = null;
        if (error is null)
            (clientContext, error) = ReadClientContext(context);
        byte[]? payload = null;
        if (error is null)
            (payload, error) = await ReadPayloadAsync(context, type);

        if (error is not null)
        {
            await ApiReplies.WriteErrorAsync(context, error);
            return;
        }

        if (type == "DryRun")
            await DryRunAsync(context, reference!);
        else
            await RunAsync(context, reference!, payload!, clientContext, logType == "Tail");
    }

    private async Task DryRunAsync(HttpContext context, FunctionReference reference)
    {
        if (await functions.AskAsync(new DescribeFunction(reference.Name)) is RequestRefused refused)
            await ApiReplies.WriteErrorAsync(context, refused.Error);
        else
            context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task RunAsync(HttpContext context, FunctionReference reference, byte[] payload, string? clientContext, bool wantsLogTail)
    {
        var invocation = new Invocation(
            RequestIds.Of(context), payload, names.Partition.FunctionArn(reference.Name, reference.Qualifier), clientContext,
            TraceIds.Of(context), wantsLogTail);
        var (outcome, version) = await invoker.InvokeAsync(reference.Name, invocation);
        if (outcome.Error is not null)
        {
            await ApiReplies.WriteErrorAsync(context, outcome.Error);
            return;
        }

        // 10 of an invocation's path: the outcome goes out as it came from the runtime.
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = outcome.Payload.Length;
        response.Headers["X-Amz-Executed-Version"] = version;
        response.Headers["X-Amzn-Trace-Id"] = invocation.TraceId;
        if (outcome.Kind == OutcomeKind.FunctionFailed)
            response.Headers["X-Amz-Function-Error"] = FunctionError.Unhandled;
        if (outcome.LogTail is { } tail)
            response.Headers["X-Amz-Log-Result"] = Convert.ToBase64String(tail);
        await response.Body.WriteAsync(outcome.Payload);
    }

    private static async Task<(byte[]? Payload, RequestError? Error)> ReadPayloadAsync(HttpContext context, string type)
    {
        if (await ApiBody.ReadAsync(context, Limits.RequestPayloadBytes) is not { } payload)
        {
            return (null, new RequestError(
                ErrorCode.RequestTooLarge,
                $"Request must be smaller than {Limits.RequestPayloadBytes} bytes for the InvokeFunction operation with InvocationType {type}"));
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
