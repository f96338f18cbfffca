namespace Hearth.Contracts.Errors;

/// <summary>How AWS spells the member that carries an error's text: it differs from one exception to the next.</summary>
public enum MessageMember
{
    LowerCase,
    PascalCase,
}

/// <summary>One entry of the error catalogue: an exception of the Lambda API model, its HTTP status and its body's shape.</summary>
/// <param name="Name">The exception's name, as <c>x-amzn-ErrorType</c> carries it.</param>
/// <param name="HttpStatus">The status it is answered with.</param>
/// <param name="Member">How its body spells the message.</param>
/// <param name="HasType">Whether the body has a <c>Type</c> of <c>User</c> or <c>Service</c>.</param>
public sealed record ErrorCode(string Name, int HttpStatus, MessageMember Member, bool HasType)
{
    public static readonly ErrorCode InvalidParameterValue = new("InvalidParameterValueException", 400, MessageMember.LowerCase, true);
    public static readonly ErrorCode InvalidRequestContent = new("InvalidRequestContentException", 400, MessageMember.LowerCase, true);
    public static readonly ErrorCode Serialization = new("SerializationException", 400, MessageMember.PascalCase, true);
    public static readonly ErrorCode Validation = new("ValidationException", 400, MessageMember.LowerCase, false);
    public static readonly ErrorCode CodeStorageExceeded = new("CodeStorageExceededException", 400, MessageMember.LowerCase, true);
    public static readonly ErrorCode AccessDenied = new("AccessDeniedException", 403, MessageMember.PascalCase, false);
    public static readonly ErrorCode UnknownOperation = new("UnknownOperationException", 404, MessageMember.PascalCase, false);
    public static readonly ErrorCode ResourceNotFound = new("ResourceNotFoundException", 404, MessageMember.PascalCase, true);
    public static readonly ErrorCode ResourceConflict = new("ResourceConflictException", 409, MessageMember.LowerCase, true);
    public static readonly ErrorCode PreconditionFailed = new("PreconditionFailedException", 412, MessageMember.LowerCase, true);
    public static readonly ErrorCode RequestTooLarge = new("RequestTooLargeException", 413, MessageMember.LowerCase, true);
    public static readonly ErrorCode RequestEntityTooLarge = new("RequestEntityTooLargeException", 413, MessageMember.LowerCase, true);
    public static readonly ErrorCode UnsupportedMediaType = new("UnsupportedMediaTypeException", 415, MessageMember.LowerCase, true);
    public static readonly ErrorCode TooManyRequests = new("TooManyRequestsException", 429, MessageMember.LowerCase, true);
    public static readonly ErrorCode Service = new("ServiceException", 500, MessageMember.PascalCase, true);
    public static readonly ErrorCode InvalidRuntime = new("InvalidRuntimeException", 502, MessageMember.PascalCase, true);
    public static readonly ErrorCode ServiceUnavailable = new("ServiceUnavailableException", 503, MessageMember.PascalCase, true);

    /// <summary>Every code of the catalogue.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        InvalidParameterValue, InvalidRequestContent, Serialization, Validation, CodeStorageExceeded, AccessDenied,
        UnknownOperation, ResourceNotFound, ResourceConflict, PreconditionFailed, RequestTooLarge, RequestEntityTooLarge,
        UnsupportedMediaType, TooManyRequests, Service, InvalidRuntime, ServiceUnavailable,
    ];

    /// <summary>The code of that name, or null where the catalogue has none.</summary>
    public static ErrorCode? Find(string name) => All.FirstOrDefault(code => code.Name == name);
}
