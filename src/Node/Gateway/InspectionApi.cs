using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Functions;
using Hearth.Node.Logs;
using Hearth.Node.Runtimes;
using Hearth.Node.Workers;

namespace Hearth.Node.Gateway;

/// <summary>Hearth's own endpoints, which the <c>hearth</c> command reads: runtimes, environments, logs.</summary>
internal sealed class InspectionApi(
    FunctionNames names, FunctionRegion functions, RuntimeCatalog runtimes, FunctionLogReader logs, EnvironmentTable environments,
    Func<Task<IReadOnlyList<BlankDescription>>> describeBlanks, string nodeId, string sandbox)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(NodeApi.Runtimes, RuntimesAsync);
        routes.MapGet(NodeApi.Blanks, BlanksAsync);
        routes.MapGet(NodeApi.Environments("{name}"), EnvironmentsAsync);
        routes.MapGet(NodeApi.Logs("{name}"), LogsAsync);
    }

    private Task RuntimesAsync(HttpContext context) => ApiReplies.WriteAsync(
        context, StatusCodes.Status200OK,
        new ListRuntimesResponse(nodeId, sandbox, [.. runtimes.All.Select(runtime => runtime.Describe())]),
        ApiJson.Relaxed.ListRuntimesResponse);

    private async Task EnvironmentsAsync(HttpContext context)
    {
        var (reference, error) = names.Resolve(context);
        if (error is null)
        {
            switch (await functions.AskAsync(new DescribeEnvironments(reference!.Name)))
            {
                case EnvironmentsDescribed described:
                    var response = new ListEnvironmentsResponse(reference.Name, described.ConcurrencyLimit, [.. described.Environments.Select(WithStart)]);
                    await ApiReplies.WriteAsync(context, StatusCodes.Status200OK, response, ApiJson.Relaxed.ListEnvironmentsResponse);
                    return;
                case RequestRefused refused:
                    error = refused.Error;
                    break;
            }
        }

        await ApiReplies.WriteErrorAsync(context, error!);
    }

    private EnvironmentDescription WithStart(EnvironmentDescription description) => environments.TryFind(new(description.EnvironmentId)) is { } environment
        ? environment.Describe() switch { var (sandbox, start) => description with { Sandbox = sandbox, Start = start } }
        : description;

    private async Task BlanksAsync(HttpContext context) => await ApiReplies.WriteAsync(
        context, StatusCodes.Status200OK, new ListBlanksResponse(await describeBlanks()), ApiJson.Relaxed.ListBlanksResponse);

    // A deleted function's log stays until it is too old: the name alone decides.
    private async Task LogsAsync(HttpContext context)
    {
        var (reference, error) = names.Resolve(context);
        LogQuery? query = null;
        if (error is null)
            (query, error) = ReadQuery(context.Request.Query);
        await (error is null
            ? LineStream.WriteAsync(context, left => logs.ReadAsync(reference!.Name, query!, left), ApiJson.Relaxed.LogLine, CancellationToken.None)
            : ApiReplies.WriteErrorAsync(context, error));
    }

    private static (LogQuery? Query, RequestError? Error) ReadQuery(IQueryCollection query)
    {
        DateTimeOffset? since = null;
        int? limit = null;
        if (query["since"].ToString() is { Length: > 0 } sinceText)
        {
            if (!DateTimeOffset.TryParse(sinceText, out var parsed))
                return (null, RequestError.InvalidParameter($"since '{sinceText}' is no ISO 8601 instant."));
            since = parsed;
        }

        if (query["limit"].ToString() is { Length: > 0 } limitText)
        {
            if (!int.TryParse(limitText, out var parsed) || parsed < 1)
                return (null, RequestError.InvalidParameter($"limit '{limitText}' is no number of 1 or more."));
            limit = parsed;
        }

        return (new LogQuery(since, limit, query["follow"] == "true"), null);
    }
}
