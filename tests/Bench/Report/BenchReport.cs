using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bench.Report;

/// <summary>All that one run found: tables for people, a JSON file for programs.</summary>
internal sealed class BenchReport(Machine machine, BenchOptions options)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly List<ScenarioResult> _results = [];

    public void Add(ScenarioResult result) => _results.Add(result);

    public void Print(TextWriter to)
    {
        to.WriteLine(machine.Summary + (options.Pin ? "; load on CPU 0, servers on CPU 1" : ""));
        foreach (var table in _results.SelectMany(result => result.Tables))
            table.Print(to);
    }

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var content = new
        {
            Machine = machine,
            Options = new { options.Rounds, options.Seconds, options.Samples, options.Pin, options.Drivers },
            Results = _results.ToDictionary(result => result.Name, result => result.Figures),
        };
        File.WriteAllText(path, JsonSerializer.Serialize(content, Json) + "\n");
    }
}
