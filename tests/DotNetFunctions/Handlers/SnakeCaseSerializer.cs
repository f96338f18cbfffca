using System.Text.Json;
using Amazon.Lambda.Core;

[assembly: LambdaSerializer(typeof(Handlers.SnakeCaseSerializer))]

namespace Handlers;

/// <summary>Known by its names from what the runtime would do by itself.</summary>
public sealed class SnakeCaseSerializer : ILambdaSerializer
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public T Deserialize<T>(Stream requestStream) => JsonSerializer.Deserialize<T>(requestStream, Options)!;

    public void Serialize<T>(T response, Stream responseStream) => JsonSerializer.Serialize(responseStream, response, Options);
}

public sealed class NoSerializer;

public sealed record Order(string CustomerName, int Count);
