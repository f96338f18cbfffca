namespace Hearth.Contracts.Errors;

/// <summary>A refused request: an entry of the catalogue and what it says this time.</summary>
/// <param name="Code">Which AWS exception it is.</param>
/// <param name="Message">What the caller reads.</param>
/// <param name="Reason">Why a request was throttled, as AWS spells it; null elsewhere.</param>
/// <param name="RetryAfterSeconds">Sent as <c>Retry-After</c> with a throttle; null elsewhere.</param>
public sealed record RequestError(ErrorCode Code, string Message, string? Reason = null, int? RetryAfterSeconds = null)
{
    /// <summary>A value that breaks a constraint of the API model, in the words AWS uses for it.</summary>
    public static RequestError Constraint(string value, string member, string constraint) => new(
        ErrorCode.Validation,
        $"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}");

    public static RequestError InvalidParameter(string message) => new(ErrorCode.InvalidParameterValue, message);

    /// <summary>The function, or its qualifier, does not exist. <paramref name="arn"/> is what AWS would have looked up.</summary>
    public static RequestError FunctionNotFound(string arn) => new(ErrorCode.ResourceNotFound, $"Function not found: {arn}");

    public static RequestError FunctionExists(string name) => new(ErrorCode.ResourceConflict, $"Function already exist: {name}");

    public static RequestError UpdateInProgress(string arn) => new(
        ErrorCode.ResourceConflict,
        $"The operation cannot be performed at this time. An update is in progress for resource: {arn}");

    public static RequestError FunctionNotActive(string state) => new(
        ErrorCode.ResourceConflict,
        $"The operation cannot be performed at this time. The function is currently in the following state: {state}");

    public static RequestError StaleRevision() => new(
        ErrorCode.PreconditionFailed,
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id");

    /// <summary>A feature of Lambda that this build does not have yet; saying so beats ignoring it.</summary>
    public static RequestError NotSupported(string what) => new(ErrorCode.InvalidParameterValue, $"{what} is not supported by this version of Hearth.");

    public static RequestError Throttled(ThrottleReason reason) => new(ErrorCode.TooManyRequests, "Rate Exceeded.", reason.ToString(), 1);

    /// <summary>Hearth's own fault; <paramref name="message"/> says what the operator can look for.</summary>
    public static RequestError Internal(string message) => new(ErrorCode.Service, message);
}

/// <summary>Why an invocation was throttled, as AWS spells it. Source: API model, <c>ThrottleReason</c>.</summary>
public enum ThrottleReason
{
    ConcurrentInvocationLimitExceeded,
    FunctionInvocationRateLimitExceeded,
    ReservedFunctionConcurrentInvocationLimitExceeded,
    ReservedFunctionInvocationRateLimitExceeded,
    CallerRateLimitExceeded,
    ConcurrentSnapshotCreateLimitExceeded,
}
