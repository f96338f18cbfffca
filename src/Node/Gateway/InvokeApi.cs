using Hearth.Contracts.Errors;
using Hearth.Node.Workers;

namespace Hearth.Node.Gateway;

/// <summary>The Invoke operation: <c>RequestResponse</c> and <c>DryRun</c>.</summary>
internal sealed class InvokeApi(InvokeRequests requests)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/2015-03-31/functions/{name}/invocations", InvokeAsync);

    private async Task InvokeAsync(HttpContext context)
    {
        if (await requests.RunAsync(context, "InvokeFunction", wantsStream: false, "Event", "RequestResponse", "DryRun") is not { } outcome)
            return;

        // 10 of an invocation's path: the outcome goes out as it came from the runtime.
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = outcome.Payload.Length;
        if (outcome.Kind == OutcomeKind.FunctionFailed)
            response.Headers["X-Amz-Function-Error"] = FunctionError.Unhandled;
        if (outcome.LogTail is { } tail)
            response.Headers["X-Amz-Log-Result"] = Convert.ToBase64String(tail);
        await response.Body.WriteAsync(outcome.Payload);
    }
}
