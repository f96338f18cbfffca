using System.Data.Common;
using Hearth.Contracts.Errors;
using Hearth.Node.Storage;

namespace Hearth.Node.Gateway;

/// <summary>What every request passes first: it gets its id, its caller is checked, and no failure leaves without AWS's shape.</summary>
internal sealed class GatewayMiddleware(RequestDelegate next, IRequestAuthenticator authenticator, ILogger<GatewayMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var requestId = RequestIds.Assign(context);
        try
        {
            if (authenticator.Refuse(context.Request) is { } refusal)
                await ApiReplies.WriteErrorAsync(context, refusal);
            else
                await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has left; there is nobody to answer.
        }
        catch (BadHttpRequestException bad)
        {
            await ApiReplies.WriteErrorAsync(context, new RequestError(
                bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorCode.RequestEntityTooLarge : ErrorCode.InvalidRequestContent, bad.Message));
        }
        catch (DbException away) when (!context.Response.HasStarted)
        {
            log.LogWarning("Request {RequestId} {Method} {Path} could not use the database: {Problem}", requestId, context.Request.Method, context.Request.Path, away.Message);
            await ApiReplies.WriteErrorAsync(context, StorageHealth.Unavailable);
        }
        catch (Exception bug) when (!context.Response.HasStarted)
        {
            log.LogError(bug, "Request {RequestId} {Method} {Path} failed", requestId, context.Request.Method, context.Request.Path);
            await ApiReplies.WriteErrorAsync(context, RequestError.Internal($"The request failed on the node; its log has request {requestId}."));
        }
    }
}
