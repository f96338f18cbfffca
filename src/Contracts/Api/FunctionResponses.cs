namespace Hearth.Contracts.Api;

/// <summary>Source: API model, <c>GetFunctionResponse</c>.</summary>
public sealed record GetFunctionResponse(FunctionConfiguration Configuration, FunctionCodeLocation Code);

/// <param name="RepositoryType">Always <c>S3</c>, which tools expect to read.</param>
/// <param name="Location">A link that downloads the zip.</param>
public sealed record FunctionCodeLocation(string RepositoryType, string Location);

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
