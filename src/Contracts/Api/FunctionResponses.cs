namespace Hearth.Contracts.Api;

/// <summary>Source: API model, <c>GetFunctionResponse</c>.</summary>
public sealed record GetFunctionResponse(FunctionConfiguration Configuration, FunctionCodeLocation Code);

/// <param name="RepositoryType">Always <c>S3</c> for a zip and <c>ECR</c> for a container image, which tools expect to read.</param>
/// <param name="Location">A link that downloads the zip; null for an image.</param>
/// <param name="ImageUri">The image as its owner named it; null for a zip.</param>
/// <param name="ResolvedImageUri">The image by its digest; null for a zip.</param>
public sealed record FunctionCodeLocation(string RepositoryType, string? Location, string? ImageUri = null, string? ResolvedImageUri = null);

/// <param name="Functions">One page, in the order of their names.</param>
/// <param name="NextMarker">Given back as <c>Marker</c> for the next page; null on the last.</param>
public sealed record ListFunctionsResponse(IReadOnlyList<FunctionConfiguration> Functions, string? NextMarker);

/// <summary>Source: API model, <c>GetAccountSettingsResponse</c>.</summary>
public sealed record AccountSettings(AccountLimit AccountLimit, AccountUsage AccountUsage);

/// <summary>Sizes in bytes.</summary>
public sealed record AccountLimit(
    long TotalCodeSize, long CodeSizeUnzipped, long CodeSizeZipped, int ConcurrentExecutions, int UnreservedConcurrentExecutions);

/// <summary>Size in bytes: every function's zip, counted once a function.</summary>
public sealed record AccountUsage(long TotalCodeSize, long FunctionCount);
