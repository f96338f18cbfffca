using System.Text;
using Hearth.Contracts;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Functions;
using Hearth.Node.Packages;
using Hearth.Node.Packages.Images;
using Hearth.Node.Storage;

namespace Hearth.Node.Gateway;

/// <summary>The operations that create, read, change, list and delete functions.</summary>
internal sealed class FunctionsApi(
    FunctionNames names, SettingsReader settings, FunctionRegion functions, PackageStore packages, ImageStore images, IFunctionCatalogue catalogue)
{
    private const string Functions = "/2015-03-31/functions";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Functions, CreateAsync);
        routes.MapGet(Functions, ListAsync);
        routes.MapGet(Functions + "/{name}", GetAsync);
        routes.MapDelete(Functions + "/{name}", DeleteAsync);
        routes.MapGet(Functions + "/{name}/configuration", GetConfigurationAsync);
        routes.MapPut(Functions + "/{name}/configuration", UpdateConfigurationAsync);
        routes.MapPut(Functions + "/{name}/code", UpdateCodeAsync);
        routes.MapGet("/hearth/v1/functions/{name}/code", DownloadAsync);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var (request, error) = await ApiBody.ReadJsonAsync(context, ApiJson.Relaxed.CreateFunctionRequest, Limits.DeploymentRequestBytes, "CreateFunction");
        if (error is null && request!.FunctionName is { } text && (!FunctionReference.TryParse(text, out var reference) || reference.Qualifier is not null))
            error = FunctionNames.BadName(text);
        FunctionSettings? created = null;
        if (error is null)
            (created, error) = settings.ReadNew(request!);
        CodeReference? code = null;
        if (error is null)
            (code, error) = await AddCodeAsync(request!.Code!.ZipFile, request.Code.ImageUri, context.RequestAborted);

        if (error is not null)
            await ApiReplies.WriteErrorAsync(context, error);
        else
            await ReplyAsync(context, new CreateFunction(request!.FunctionName!, created!, code!), StatusCodes.Status201Created);
    }

    private async Task UpdateCodeAsync(HttpContext context)
    {
        var (name, packageType, error) = await ExistingAsync(context);
        UpdateFunctionCodeRequest? request = null;
        if (error is null)
            (request, error) = await ApiBody.ReadJsonAsync(context, ApiJson.Relaxed.UpdateFunctionCodeRequest, Limits.DeploymentRequestBytes, "UpdateFunctionCode");
        error ??= UnsupportedUpdate(request!) ?? ImageRequests.CheckCode(request!, packageType!);
        CodeReference? code = null;
        if (error is null)
            (code, error) = await AddCodeAsync(request!.ZipFile, request.ImageUri, context.RequestAborted);

        if (error is not null)
            await ApiReplies.WriteErrorAsync(context, error);
        else
            await ReplyAsync(context, new UpdateFunctionCode(name!, code!, request!.RevisionId, request.DryRun == true), StatusCodes.Status200OK);
    }

    private async Task UpdateConfigurationAsync(HttpContext context)
    {
        var (name, packageType, error) = await ExistingAsync(context);
        UpdateFunctionConfigurationRequest? request = null;
        if (error is null)
            (request, error) = await ApiBody.ReadJsonAsync(context, ApiJson.Relaxed.UpdateFunctionConfigurationRequest, Limits.ApiRequestBytes, "UpdateFunctionConfiguration");
        FunctionSettingsPatch? patch = null;
        if (error is null)
            (patch, error) = settings.ReadPatch(request!, packageType!);

        if (error is not null)
            await ApiReplies.WriteErrorAsync(context, error);
        else
            await ReplyAsync(context, new UpdateFunctionConfiguration(name!, patch!, request!.RevisionId), StatusCodes.Status200OK);
    }

    private async Task GetAsync(HttpContext context)
    {
        var (configuration, imageUri, error) = await DescribeAsync(context);
        if (error is not null)
        {
            await ApiReplies.WriteErrorAsync(context, error);
            return;
        }

        var code = imageUri is null
            ? new FunctionCodeLocation("S3", $"{context.Request.Scheme}://{context.Request.Host}/hearth/v1/functions/{configuration!.FunctionName}/code")
            : new FunctionCodeLocation("ECR", null, imageUri, ImageSource.Parse(imageUri)?.Resolved(configuration!.CodeSha256));
        await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK, new GetFunctionResponse(configuration!, code), ApiJson.Relaxed.GetFunctionResponse);
    }

    private async Task GetConfigurationAsync(HttpContext context)
    {
        var (configuration, _, error) = await DescribeAsync(context);
        if (error is not null)
            await ApiReplies.WriteErrorAsync(context, error);
        else
            await ApiReplies.WriteAsync(context, StatusCodes.Status200OK, configuration!, ApiJson.Relaxed.FunctionConfiguration);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var (reference, error) = names.Resolve(context);
        if (error is null && reference!.Qualifier is not null)
            error = RequestError.InvalidParameter("$LATEST version cannot be deleted without deleting the function.");
        if (error is null && await functions.AskAsync(new DeleteFunction(reference!.Name)) is RequestRefused refused)
            error = refused.Error;

        if (error is not null)
            await ApiReplies.WriteErrorAsync(context, error);
        else
            context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var constraints = new Constraints();
        var limit = Limits.ListPageItems;
        if (query["MaxItems"].ToString() is { Length: > 0 } given)
        {
            limit = int.TryParse(given, out var asked) ? asked : 0;
            constraints.InRange(limit, 1, 10_000, "maxItems");
        }

        constraints.OneOf(query["FunctionVersion"].ToString() is { Length: > 0 } version ? version : null, "functionVersion", "ALL");
        var marker = query["Marker"].ToString() is { Length: > 0 } page ? Unmark(page) : null;
        if (constraints.Error is { } error)
        {
            await ApiReplies.WriteErrorAsync(context, error);
            return;
        }

        limit = Math.Min(limit, Limits.ListPageItems);
        var found = await catalogue.ListAsync(marker, limit + 1, context.RequestAborted);
        var response = new ListFunctionsResponse([.. found.Take(limit)], found.Count > limit ? Mark(found[limit - 1].FunctionName) : null);
        await ApiReplies.WriteAsync(context, StatusCodes.Status200OK, response, ApiJson.Relaxed.ListFunctionsResponse);
    }

    private async Task DownloadAsync(HttpContext context)
    {
        var (configuration, imageUri, error) = await DescribeAsync(context);
        if (imageUri is not null)
            error = RequestError.InvalidParameter("The function's code is a container image, which is in its registry.");
        if (error is not null)
        {
            await ApiReplies.WriteErrorAsync(context, error);
            return;
        }

        await using var zip = await packages.OpenZipAsync(new CodeReference(configuration!.CodeSha256, configuration.CodeSize), context.RequestAborted);
        if (zip is null)
        {
            await ApiReplies.WriteErrorAsync(context, RequestError.Internal("The code package is not in the store."));
            return;
        }

        context.Response.ContentType = "application/zip";
        context.Response.ContentLength = zip.Length;
        await zip.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task ReplyAsync(HttpContext context, IFunctionMessage command, int status)
    {
        switch (await functions.AskAsync(command))
        {
            case FunctionDescribed described:
                await ApiReplies.WriteAsync(context, status, described.Configuration, ApiJson.Relaxed.FunctionConfiguration);
                break;
            case RequestRefused refused:
                await ApiReplies.WriteErrorAsync(context, refused.Error);
                break;
        }
    }

    private async Task<(FunctionConfiguration? Configuration, string? ImageUri, RequestError? Error)> DescribeAsync(HttpContext context)
    {
        var (reference, error) = names.Resolve(context);
        if (error is not null)
            return (null, null, error);
        return await functions.AskAsync(new DescribeFunction(reference!.Name)) switch
        {
            FunctionDescribed { Configuration: var configuration, ImageUri: var imageUri } => (
                reference.Qualifier is null ? configuration : configuration with { FunctionArn = names.Partition.FunctionArn(reference.Name, reference.Qualifier) }, imageUri, null),
            RequestRefused refused => (null, null, refused.Error),
            var other => throw new InvalidOperationException($"DescribeFunction was answered with {other.GetType().Name}."),
        };
    }

    // A large body for a function that does not exist is refused before it is read.
    private async Task<(string? Name, string? PackageType, RequestError? Error)> ExistingAsync(HttpContext context)
    {
        var (configuration, _, error) = await DescribeAsync(context);
        return (configuration?.FunctionName, configuration?.PackageType, error);
    }

    private async Task<(CodeReference? Code, RequestError? Error)> AddCodeAsync(byte[]? zip, string? imageUri, CancellationToken cancellation)
    {
        if (imageUri is not null)
            return await images.ResolveAsync(imageUri, cancellation);
        if (zip is null)
            return (null, RequestError.InvalidParameter("Please provide a source for function code."));
        return await packages.AddAsync(zip, cancellation) switch
        {
            PackageAdded.Stored stored => (stored.Code, null),
            PackageAdded.Refused refused => (null, refused.Error),
            var other => throw new InvalidOperationException($"A package was answered with {other.GetType().Name}."),
        };
    }

    private static RequestError? UnsupportedUpdate(UpdateFunctionCodeRequest request)
    {
        if (request is { S3Bucket: not null } or { S3Key: not null })
            return RequestError.NotSupported("Code from S3");
        return request.Publish == true ? RequestError.NotSupported("Publish") : SettingsReader.CheckArchitectures(request.Architectures);
    }

    private static string Mark(string name) => Convert.ToBase64String(Encoding.UTF8.GetBytes(name));

    private static string Unmark(string marker)
    {
        Span<byte> bytes = stackalloc byte[256];
        return Convert.TryFromBase64String(marker, bytes, out var written) ? Encoding.UTF8.GetString(bytes[..written]) : marker;
    }
}
