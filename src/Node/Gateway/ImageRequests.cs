using Hearth.Contracts;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>What requests may say of container images, and what beside them. Source: API model; recorded errors.</summary>
internal static class ImageRequests
{
    public static void Check(Constraints constraints, ImageConfig? config)
    {
        constraints.MaxLength(config?.WorkingDirectory, Limits.ImageWorkingDirectoryCharacters, "imageConfig.workingDirectory");
        foreach (var (words, member) in new[] { (config?.EntryPoint, "imageConfig.entryPoint"), (config?.Command, "imageConfig.command") })
            constraints.MaxItems(words, Limits.ImageConfigWords, member);
    }

    public static RequestError? CheckNew(CreateFunctionRequest request)
    {
        if (request.PackageType != "Image")
            return CheckZip(request.Code?.ImageUri is not null, request.ImageConfig is { SaysSomething: true }, "creating");
        if (request.Runtime is not null || request.Handler is not null)
            return RequestError.InvalidParameter("Please don't provide Handler or Runtime or Layer when the intent is to create functions by container image.");
        return request.Code is { ImageUri: not null, ZipFile: null } ? null : NeedsUri("creating");
    }

    public static RequestError? CheckUpdate(UpdateFunctionConfigurationRequest request, string packageType)
    {
        if (packageType != "Image")
            return CheckZip(hasUri: false, request.ImageConfig is { SaysSomething: true }, "updating");
        return request.Runtime is not null || request.Handler is not null
            ? RequestError.InvalidParameter("Please don't provide Handler or Runtime or Layer when updating a function with packageType Image.")
            : null;
    }

    public static RequestError? CheckCode(UpdateFunctionCodeRequest request, string packageType)
    {
        if (packageType != "Image")
            return CheckZip(request.ImageUri is not null, hasConfig: false, "updating");
        return request is { ImageUri: not null, ZipFile: null } ? null : NeedsUri("updating");
    }

    private static RequestError? CheckZip(bool hasUri, bool hasConfig, string doing)
    {
        if (hasUri || hasConfig)
            return RequestError.InvalidParameter($"Please don't provide {(hasUri ? "ImageUri" : "ImageConfig")} when {doing} a function with packageType Zip.");
        return null;
    }

    private static RequestError NeedsUri(string doing) =>
        RequestError.InvalidParameter($"Please provide ImageUri when {doing} a function with packageType Image.");
}
