using System.Globalization;

namespace Hearth.Runtimes.DotNet;

/// <summary>What the Runtime API tells about an invocation, beside its payload.</summary>
/// <param name="headers">By lower-case name.</param>
internal sealed class Invocation(IReadOnlyDictionary<string, string> headers)
{
    public string RequestId { get; } = headers.GetValueOrDefault("lambda-runtime-aws-request-id", "");

    public string? TraceId => headers.GetValueOrDefault("lambda-runtime-trace-id");

    public string? FunctionArn => headers.GetValueOrDefault("lambda-runtime-invoked-function-arn");

    public string? ClientContext => headers.GetValueOrDefault("lambda-runtime-client-context");

    public string? CognitoIdentity => headers.GetValueOrDefault("lambda-runtime-cognito-identity");

    public TimeSpan Remaining
    {
        get
        {
            _ = long.TryParse(headers.GetValueOrDefault("lambda-runtime-deadline-ms"), CultureInfo.InvariantCulture, out var deadline);
            return DateTimeOffset.FromUnixTimeMilliseconds(deadline) - TimeProvider.System.GetUtcNow();
        }
    }
}
