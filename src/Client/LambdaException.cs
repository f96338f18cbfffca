using Hearth.Contracts.Errors;

namespace Hearth.Client;

/// <summary>A request that the node refused: an error of the Lambda API, rebuilt from its answer.</summary>
/// <example><c>catch (LambdaException e) when (e.Code == ErrorCode.ResourceNotFound)</c></example>
public sealed class LambdaException : HearthException
{
    internal LambdaException(ErrorCode code, int httpStatus, string message)
        : base(message)
    {
        Code = code;
        HttpStatus = httpStatus;
    }

    /// <summary>The catalogue's entry; for a name the catalogue does not have, an entry made of what was answered.</summary>
    public ErrorCode Code { get; }

    public int HttpStatus { get; }

    /// <summary>Why a request was throttled, as AWS spells it; null elsewhere.</summary>
    public string? Reason { get; internal init; }

    /// <summary>How long the node asked to wait; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    public string? RequestId { get; internal init; }
}
