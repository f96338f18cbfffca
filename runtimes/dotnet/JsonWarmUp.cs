using System.Text.Json;

namespace Hearth.Runtimes.DotNet;

/// <summary>Loads and compiles what reading and writing a first object by reflection takes; later ones take a tenth of it.</summary>
internal static class JsonWarmUp
{
    private static bool _done;

    public static void Once()
    {
        if (_done)
            return;
        _done = true;
        var options = new JsonSerializerOptions { PropertyNameCaseInsensitive = true };
        var greeting = JsonSerializer.Deserialize<Greeting>(new MemoryStream("""{"name":"é","numbers":[1]}"""u8.ToArray()), options);
        JsonSerializer.Serialize(Stream.Null, greeting, options);
    }

    internal sealed record Greeting(string Name, IReadOnlyList<int> Numbers);
}
