using System.Text.Json;

namespace Hearth.Client;

/// <summary>Where the node is and how patiently it is asked. Every option has a default; set only what differs.</summary>
public sealed record HearthClientOptions
{
    /// <summary>Where a node listens when nothing else is said.</summary>
    public static readonly Uri DefaultEndpoint = new("http://127.0.0.1:9070");

    /// <summary>
    /// The node's address: http or https, with an optional path in front of the API's own. Default:
    /// <c>AWS_ENDPOINT_URL_LAMBDA</c>, else <c>AWS_ENDPOINT_URL</c>, else <see cref="DefaultEndpoint"/>.
    /// </summary>
    public Uri Endpoint { get; init; } = EndpointFrom(Environment.GetEnvironmentVariable);

    /// <summary>
    /// A folder as <c>deploy/certificates.sh --client</c> makes it, or a node's: <c>ca.pem</c>, and <c>client.pem</c> with <c>client.key</c> or
    /// <c>node.pem</c> with <c>node.key</c>. Shown over https; the node's own certificate has to be of the same authority then, whatever its name. Default:
    /// <c>HEARTH_CERTIFICATES</c>; null for none.
    /// </summary>
    public string? Certificates { get; init; } = Environment.GetEnvironmentVariable("HEARTH_CERTIFICATES") is { Length: > 0 } folder ? folder : null;

    /// <summary>The longest one attempt of a managing call may take. Default: 100 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// The longest one attempt of an invocation may take. Default: the longest timeout a function can have
    /// (<see cref="Contracts.Limits.MaxTimeoutSeconds"/>) and a minute for its start.
    /// </summary>
    public TimeSpan InvokeTimeout { get; init; } = TimeSpan.FromSeconds(Contracts.Limits.MaxTimeoutSeconds + 60);

    public RetryOptions Retry { get; init; } = new();

    /// <summary>Signs requests (AWS Signature Version 4) where given; null sends them unsigned, which a node on loopback accepts. Default: null.</summary>
    public HearthCredentials? Credentials { get; init; }

    /// <summary>The region a signature names. Default: <c>us-east-1</c>.</summary>
    public string Region { get; init; } = Contracts.Identity.Partition.Default.Region;

    /// <summary>How payloads are written and results read where no <c>JsonTypeInfo</c> is given. Default: <see cref="JsonSerializerOptions.Web"/>.</summary>
    public JsonSerializerOptions PayloadJson { get; init; } = JsonSerializerOptions.Web;

    /// <summary>Clock and timers of timeouts, retries and waits. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal static Uri EndpointFrom(Func<string, string?> variable)
    {
        foreach (var name in (ReadOnlySpan<string>)["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"])
        {
            if (variable(name) is { Length: > 0 } text)
                return IsEndpoint(text, out var endpoint)
                    ? endpoint
                    : throw new ArgumentException($"{name} is '{text}', which is no http or https URL.");
        }

        return DefaultEndpoint;
    }

    private static bool IsEndpoint(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? endpoint) =>
        Uri.TryCreate(text, UriKind.Absolute, out endpoint) && endpoint.Scheme is "http" or "https";

    /// <exception cref="ArgumentException">An option is outside its bounds; the message names it.</exception>
    internal void Validate()
    {
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https"))
            throw new ArgumentException($"{nameof(Endpoint)} is '{Endpoint}', which is no http or https URL.");
        if (Timeout <= TimeSpan.Zero || InvokeTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"{nameof(Timeout)} ({Timeout}) and {nameof(InvokeTimeout)} ({InvokeTimeout}) must be longer than nothing.");
        Retry.Validate();
    }
}

/// <summary>An access key as AWS tools use it. A node on loopback accepts any.</summary>
public sealed record HearthCredentials(string AccessKeyId, string SecretAccessKey)
{
    /// <summary>Without the secret, so that a log line can hold it.</summary>
    public override string ToString() => $"HearthCredentials {{ AccessKeyId = {AccessKeyId} }}";
}
