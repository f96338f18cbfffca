using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>The paths of the Runtime API; one file an endpoint.</summary>
internal static class RuntimeApiRoutes
{
    private const string Invocation = "/2018-06-01/runtime/invocation/";
    private const string InitError = "/2018-06-01/runtime/init/error";
    private const string Response = "/response";
    private const string Error = "/error";

    public static Task HandleAsync(HttpContext context)
    {
        var environment = context.Features.Get<ExecutionEnvironment>()!;
        var path = context.Request.Path.Value!;

        // Two ways to say where a body ends let two readers disagree about it. Kestrel takes the chunks and renames the length.
        if (context.Request.Headers.TransferEncoding.Count > 0 && context.Request.Headers.ContainsKey("X-Content-Length"))
            return RuntimeApiReplies.WriteErrorAsync(context, 400, "InvalidRequest", "Content-Length and Transfer-Encoding exclude each other");

        if (HttpMethods.IsGet(context.Request.Method) && path == Invocation + "next")
            return NextEndpoint.HandleAsync(context, environment);
        if (HttpMethods.IsPost(context.Request.Method))
        {
            if (path == InitError)
                return InitErrorEndpoint.HandleAsync(context, environment);
            if (RequestIdOf(path, Response) is { } answered)
                return ResponseEndpoint.HandleAsync(context, environment, answered);
            if (RequestIdOf(path, Error) is { } failed)
                return ErrorEndpoint.HandleAsync(context, environment, failed);
        }

        return RuntimeApiReplies.WriteErrorAsync(context, 404, "NotFound", $"{context.Request.Method} {path} is not part of the Runtime API");
    }

    private static string? RequestIdOf(string path, string suffix) =>
        path.StartsWith(Invocation, StringComparison.Ordinal) && path.EndsWith(suffix, StringComparison.Ordinal)
        && path.Length > Invocation.Length + suffix.Length
            ? path[Invocation.Length..^suffix.Length]
            : null;
}
