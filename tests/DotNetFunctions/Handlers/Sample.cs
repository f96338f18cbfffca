using System.Text.Encodings.Web;
using System.Text.Json;

namespace Handlers;

/// <summary>What every language's sample does: answers [NAME, event, calls], prints, fails and sleeps as the event says.</summary>
public static class Sample
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static int _calls;

    public static Stream Handle(Stream input)
    {
        var payload = JsonDocument.Parse(input).RootElement;
        var name = Environment.GetEnvironmentVariable("NAME");
        Console.WriteLine($"seen {name}");
        if (payload.ValueKind == JsonValueKind.String && payload.GetString() == "fail")
            throw new InvalidOperationException("asked to fail");
        if (payload.ValueKind == JsonValueKind.String)
            new ManualResetEvent(false).WaitOne();
        return new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new object?[] { name, payload, ++_calls }, Json));
    }
}
