using System.Globalization;
using System.Text;
using Conformance.Tests.Nodes;

namespace Cluster.Tests;

/// <summary>What each fault of this run has cost: <c>artifacts/faults.md</c>, which <c>deploy/test.sh</c> prints.</summary>
internal static class FaultTable
{
    private static readonly Lock Gate = new();
    private static readonly List<FaultRow> Rows = [];

    private static string File { get; } = Path.Combine(Repository.Root, "artifacts", "faults.md");

    public static void Add(FaultRow row)
    {
        lock (Gate)
        {
            Rows.Add(row);
            Directory.CreateDirectory(Path.GetDirectoryName(File)!);
            System.IO.File.WriteAllText(File, Render());
        }
    }

    private static string Render()
    {
        var text = new StringBuilder("| fault | requests | failed | share | normal after |\n|---|---:|---:|---:|---:|\n");
        foreach (var row in Rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Fault} | {row.Requests} | {row.Failed} | {(double)row.Failed / row.Requests:P2} | {row.ToNormal.TotalSeconds:F1} s |");
        return text.ToString();
    }
}

/// <param name="ToNormal">From the fault until no request fails or takes seconds any more; zero where none did.</param>
internal sealed record FaultRow(string Fault, int Requests, int Failed, TimeSpan ToNormal);
