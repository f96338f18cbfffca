using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.EventStreams;
using Hearth.Contracts.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hearth.Client.Tests.Fakes;

/// <summary>The paths of a <see cref="FakeNode"/>. An invoked function echoes its payload, unless it asks to fail.</summary>
internal static class FakeRoutes
{
    private const string Functions = "/2015-03-31/functions";
    private const int PageSize = 2;

    public static void Map(WebApplication app, FakeNode node)
    {
        app.MapGet("/2016-08-19/account-settings", () => Json(
            new AccountSettings(new AccountLimit(1, 2, 3, 1000, 900), new AccountUsage(5, 6)), ApiJson.Relaxed.AccountSettings));
        app.MapGet(Functions, (string? marker) => Json(node.Functions.Page(marker, PageSize), ApiJson.Relaxed.ListFunctionsResponse));
        app.MapPost(Functions, async (HttpRequest request) =>
        {
            var create = (await ReadAsync(request, ApiJson.Relaxed.CreateFunctionRequest))!;
            return node.Functions.Find(create.FunctionName!) is null
                ? Json(node.Functions.Add(create), ApiJson.Relaxed.FunctionConfiguration, 201)
                : Refuse(RequestError.FunctionExists(create.FunctionName!));
        });
        app.MapGet(Functions + "/{name}", (string name) => Found(name, node, function => Json(
            new GetFunctionResponse(function, new FunctionCodeLocation("S3", "http://here/code")), ApiJson.Relaxed.GetFunctionResponse)));
        app.MapGet(Functions + "/{name}/configuration", (string name) => Found(name, node, function => Json(function, ApiJson.Relaxed.FunctionConfiguration)));
        app.MapDelete(Functions + "/{name}", (string name) => Found(name, node, function =>
        {
            node.Functions.Remove(function.FunctionName);
            return Results.NoContent();
        }));
        app.MapPut(Functions + "/{name}/code", async (string name, HttpRequest request) =>
        {
            var update = (await ReadAsync(request, ApiJson.Relaxed.UpdateFunctionCodeRequest))!;
            return Found(name, node, function => Json(node.Functions.PutCode(function, update.ZipFile!), ApiJson.Relaxed.FunctionConfiguration));
        });
        app.MapPut(Functions + "/{name}/configuration", async (string name, HttpRequest request) =>
        {
            var update = (await ReadAsync(request, ApiJson.Relaxed.UpdateFunctionConfigurationRequest))!;
            return Found(name, node, function => Json(node.Functions.Put(Updated(function, update)), ApiJson.Relaxed.FunctionConfiguration));
        });
        app.MapPost(Functions + "/{name}/invocations", (string name, HttpContext context) => InvokeAsync(name, context, node));
        app.MapPost("/2021-11-15/functions/{name}/response-streaming-invocations", (string name, HttpContext context) => StreamAsync(name, context, node));
        MapNode(app, node);
    }

    // The payload comes back in two chunks; one that asks to fail gets the first of them and an error.
    private static async Task<IResult> StreamAsync(string name, HttpContext context, FakeNode node)
    {
        if (node.Functions.Find(name) is null)
            return NotFound(name + ":$LATEST");
        context.Response.Headers["x-amzn-RequestId"] = "request-1";
        context.Response.Headers["X-Amz-Executed-Version"] = "$LATEST";
        context.Response.ContentType = EventStream.ContentType;
        using var payload = new MemoryStream();
        await context.Request.Body.CopyToAsync(payload);
        var fails = Encoding.UTF8.GetString(payload.ToArray()).Contains("\"fail\"", StringComparison.Ordinal);
        var half = (int)payload.Length / 2;
        await WriteEventAsync(context, InvokeComplete.ChunkEvent, payload.ToArray()[..half]);
        if (!fails)
            await WriteEventAsync(context, InvokeComplete.ChunkEvent, payload.ToArray()[half..]);
        var complete = new InvokeComplete(
            fails ? "Unhandled" : null, fails ? """{"errorType":"ValueError","errorMessage":"no such colour"}""" : null,
            context.Request.Headers["X-Amz-Log-Type"] == "Tail" ? Convert.ToBase64String("START\nhéllo\n"u8) : null);
        await WriteEventAsync(context, InvokeComplete.Event, JsonSerializer.SerializeToUtf8Bytes(complete, ApiJson.Relaxed.InvokeComplete));
        return Results.Empty;
    }

    private static async Task WriteEventAsync(HttpContext context, string type, byte[] payload)
    {
        EventStream.WriteEvent(context.Response.BodyWriter, type, "application/octet-stream", new ReadOnlySequence<byte>(payload));
        await context.Response.BodyWriter.FlushAsync();
    }

    private static void MapNode(WebApplication app, FakeNode node)
    {
        app.MapGet(NodeApi.Runtimes, () => Json(new ListRuntimesResponse("node-1", "container", node.Runtimes), ApiJson.Relaxed.ListRuntimesResponse));
        app.MapGet(NodeApi.Blanks, () => Json(new ListBlanksResponse([new BlankDescription("python3.11", 3, 1), new BlankDescription("java17", 1, 0, 2_048), new BlankDescription("java17", 2, 0, 512)]), ApiJson.Relaxed.ListBlanksResponse));
        app.MapGet(NodeApi.Egress, (string? function) => Json(
            new ListEgressResponse(
                "/data/egress.json",
                [.. new[] { new EgressDescription("billing", ["10.20.0.0/16 tcp 5432"]), new EgressDescription("crawler", ["internet", "10.20.0.7/32"]) }.Where(grant => function is null || grant.Pattern == function)],
                ["10.20.0.53"], ["198.51.100.7/32"]),
            ApiJson.Relaxed.ListEgressResponse));
        app.MapGet(NodeApi.Environments("{name}"), (string name) => Found(name, node, function => Json(
            new ListEnvironmentsResponse(
                function.FunctionName,
                1000,
                [new EnvironmentDescription("env-1", "Idle", 7, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(1), "blank-1", new EnvironmentStart(true, 0.21, 0.12, 0.04, 1.06, 6.18))]),
            ApiJson.Relaxed.ListEnvironmentsResponse)));
        app.MapGet(NodeApi.Logs("{name}"), async (bool? follow, HttpContext context) =>
        {
            context.Response.ContentType = "application/x-ndjson";
            foreach (var line in node.Logs) await WriteLineAsync(context, line);
            if (follow is not true) return;
            await foreach (var line in node.NewLines.Reader.ReadAllAsync(context.RequestAborted)) await WriteLineAsync(context, line);
        });
    }

    private static async Task WriteLineAsync(HttpContext context, LogLine line)
    {
        await context.Response.WriteAsync(JsonSerializer.Serialize(line, ApiJson.Relaxed.LogLine) + "\n");
        await context.Response.Body.FlushAsync();
    }

    private static async Task<IResult> InvokeAsync(string name, HttpContext context, FakeNode node)
    {
        if (node.Functions.Find(name) is null)
            return NotFound(name + ":$LATEST");
        context.Response.Headers["x-amzn-RequestId"] = "request-1";
        context.Response.Headers["X-Amz-Executed-Version"] = "$LATEST";
        if (context.Request.Headers["X-Amz-Invocation-Type"] == "DryRun") return Results.NoContent();
        if (context.Request.Headers["X-Amz-Log-Type"] == "Tail")
            context.Response.Headers["X-Amz-Log-Result"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("START RequestId: request-1\nhéllo\n"));

        using var reader = new StreamReader(context.Request.Body);
        var payload = await reader.ReadToEndAsync();
        if (!payload.Contains("\"fail\"", StringComparison.Ordinal)) return Results.Text(payload, "application/json");
        context.Response.Headers["X-Amz-Function-Error"] = "Unhandled";
        var error = new FunctionError("ValueError", "no such colour", ["  File \"app.py\", line 2, in handler\n    raise ValueError\n"], RequestId: "request-1");
        return Json(error, ApiJson.Relaxed.FunctionError);
    }

    private static FunctionConfiguration Updated(FunctionConfiguration function, UpdateFunctionConfigurationRequest update) => function with
    {
        Runtime = update.Runtime ?? function.Runtime,
        Handler = update.Handler ?? function.Handler,
        Role = update.Role ?? function.Role,
        Description = update.Description ?? function.Description,
        MemorySize = update.MemorySize ?? function.MemorySize,
        Timeout = update.Timeout ?? function.Timeout,
        Environment = update.Environment is null ? function.Environment : new EnvironmentResponse(update.Environment.Variables!),
        LastUpdateStatus = LastUpdateStatus.InProgress,
    };

    private static IResult Found(string name, FakeNode node, Func<FunctionConfiguration, IResult> answer) =>
        node.Functions.Read(name) is { } function ? answer(function) : NotFound(name);

    private static IResult NotFound(string name) => Refuse(RequestError.FunctionNotFound(Partition.Default.FunctionArn(name)));

    private static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type) => await JsonSerializer.DeserializeAsync(request.Body, type);

    private static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = 200) =>
        Results.Text(JsonSerializer.Serialize(value, type), "application/json", statusCode: status);

    public static IResult Refuse(RequestError error) => new RefusedResult(error);

    private sealed class RefusedResult(RequestError error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = error.Code.HttpStatus;
            httpContext.Response.Headers["x-amzn-ErrorType"] = error.Code.Name;
            var member = error.Code.Member == MessageMember.LowerCase ? "message" : "Message";
            return httpContext.Response.WriteAsync($$"""{"Type":"User","{{member}}":{{JsonSerializer.Serialize(error.Message)}}}""");
        }
    }
}
