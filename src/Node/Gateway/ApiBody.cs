using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>Reads request bodies to their end, within a limit.</summary>
internal static class ApiBody
{
    /// <summary>The body; null where it is longer than <paramref name="limitBytes"/>, by its header or by count.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int limitBytes)
    {
        if (context.Request.ContentLength > limitBytes)
            return null;

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > limitBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The body as an API shape, or the error AWS answers where it is too long, no JSON, or of other types.</summary>
    public static async Task<(T? Value, RequestError? Error)> ReadJsonAsync<T>(HttpContext context, JsonTypeInfo<T> shape, int limitBytes, string operation)
        where T : class
    {
        if (await ReadAsync(context, limitBytes) is not { } body)
            return (null, new RequestError(ErrorCode.RequestEntityTooLarge, $"Request must be smaller than {limitBytes} bytes for the {operation} operation"));

        if (SyntaxError(body) is { } syntax)
            return (null, new RequestError(ErrorCode.InvalidRequestContent, $"Could not parse request body into json: {syntax}"));
        try
        {
            return JsonSerializer.Deserialize(body, shape) is { } value
                ? (value, null)
                : (null, new RequestError(ErrorCode.InvalidRequestContent, "Could not parse request body into json: null is no request."));
        }
        catch (JsonException mismatch)
        {
            return (null, new RequestError(ErrorCode.Serialization, $"The value at {mismatch.Path} has the wrong type."));
        }
    }

    /// <summary>Why the text is no JSON, with the place; null where it is.</summary>
    public static string? SyntaxError(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException broken)
        {
            return broken.Message;
        }
    }
}
