using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Client.Http;

namespace Hearth.Client;

public sealed partial class HearthClient
{
    /// <summary>Runs a function with a payload written as JSON and reads its result; <c>null</c> gives the default.</summary>
    /// <exception cref="FunctionErrorException">The function failed.</exception>
    /// <exception cref="JsonException">The result is no <typeparamref name="TOut"/>.</exception>
    [RequiresUnreferencedCode("Pass JsonTypeInfo in trimmed programs.")]
    [RequiresDynamicCode("Pass JsonTypeInfo in programs compiled ahead of time.")]
    public async Task<TOut?> InvokeAsync<TIn, TOut>(
        string function, TIn payload, InvokeOptions? options = null, CancellationToken cancellationToken = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(payload, _options.PayloadJson);
        var result = await InvokeRawAsync(function, body, options, cancellationToken);
        result.ThrowIfFailed();
        return JsonSerializer.Deserialize<TOut>(result.Payload.Span, _options.PayloadJson);
    }

    /// <inheritdoc cref="InvokeAsync{TIn,TOut}(string,TIn,InvokeOptions?,CancellationToken)"/>
    public async Task<TOut?> InvokeAsync<TIn, TOut>(
        string function,
        TIn payload,
        JsonTypeInfo<TIn> payloadType,
        JsonTypeInfo<TOut> resultType,
        InvokeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(payload, payloadType);
        var result = await InvokeRawAsync(function, body, options, cancellationToken);
        result.ThrowIfFailed();
        return JsonSerializer.Deserialize(result.Payload.Span, resultType);
    }

    /// <summary>Runs a function with a payload of JSON bytes. A function that fails is a result, not an exception.</summary>
    /// <param name="payload">At most <see cref="Contracts.Limits.RequestPayloadBytes"/>.</param>
    public Task<InvocationResult> InvokeRawAsync(
        string function, ReadOnlyMemory<byte> payload, InvokeOptions? options = null, CancellationToken cancellationToken = default) =>
        InvokeAsync(function, payload, "RequestResponse", options ?? new InvokeOptions(), cancellationToken);

    /// <summary>
    /// Runs a function and reads its response while the function writes it; returns when it begins. A function that does not stream
    /// has its response as one piece. A function that fails is a result, not an exception: <see cref="StreamedInvocation.Result"/>.
    /// </summary>
    /// <param name="payload">At most <see cref="Contracts.Limits.RequestPayloadBytes"/>.</param>
    public async Task<StreamedInvocation> InvokeStreamAsync(
        string function, ReadOnlyMemory<byte> payload, InvokeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new InvokeOptions();
        var call = new ApiCall(HttpMethod.Post, ApiPaths.ResponseStream(function) + Query(options), _options.InvokeTimeout)
        {
            Body = payload,
            Repeatable = options.Idempotent,
            Headers = Headers("RequestResponse", options),
            Streams = true,
        };
        var response = await _sender.SendAsync(call, cancellationToken);
        return new StreamedInvocation(response, await response.Content.ReadAsStreamAsync(cancellationToken), _options.Endpoint);
    }

    /// <summary>Asks whether an invocation would be accepted, without running it.</summary>
    public Task DryRunAsync(
        string function, ReadOnlyMemory<byte> payload = default, InvokeOptions? options = null, CancellationToken cancellationToken = default) =>
        InvokeAsync(function, payload, "DryRun", (options ?? new InvokeOptions()) with { Idempotent = true }, cancellationToken);

    private async Task<InvocationResult> InvokeAsync(
        string function, ReadOnlyMemory<byte> payload, string invocationType, InvokeOptions options, CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Post, $"{ApiPaths.Function(function)}/invocations{Query(options)}", _options.InvokeTimeout)
        {
            Body = payload,
            Repeatable = options.Idempotent,
            Headers = Headers(invocationType, options),
        };
        using var response = await _sender.SendAsync(call, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return AnswerReader.ToResult(response, answer, response.Header("X-Amz-Function-Error"), response.Header("X-Amz-Log-Result"));
    }

    private static string Query(InvokeOptions options) => options.Qualifier is null ? "" : $"?Qualifier={Uri.EscapeDataString(options.Qualifier)}";

    private static List<KeyValuePair<string, string>> Headers(string invocationType, InvokeOptions options)
    {
        List<KeyValuePair<string, string>> headers = [new("X-Amz-Invocation-Type", invocationType)];
        if (options.LogTail) headers.Add(new("X-Amz-Log-Type", "Tail"));
        if (options.ClientContext is { } context)
            headers.Add(new("X-Amz-Client-Context", Convert.ToBase64String(Encoding.UTF8.GetBytes(context))));
        return headers;
    }
}
