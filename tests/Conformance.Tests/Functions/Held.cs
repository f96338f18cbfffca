using System.Text;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Functions;

/// <summary>
/// Code whose invocations stay in the function until the test lets them go. Each prints a line when it is in; the sign to
/// go on is a file that the test puts beside the extracted package, the one place that the node, the test and a
/// container share.
/// </summary>
internal sealed class Held(Node node)
{
    private readonly string _marker = $"held-{Guid.NewGuid():N}";

    /// <summary>
    /// Answers with how many invocations its environment has served, this one included; the most it was in at once; and
    /// the text it was made with.
    /// </summary>
    public Source Code(string text = "held") => Source.Python($$"""
        import os, time
        served, inside, most = 0, 0, 0
        def handler(event, context):
            global served, inside, most
            served, inside = served + 1, inside + 1
            most = max(most, inside)
            print("inside", context.aws_request_id)
            while not os.path.exists("released"):
                time.sleep(0.01)
            inside -= 1
            print("leaving", context.aws_request_id)
            return [served, most, "{{text}}"]
        """).With(_marker, "");

    /// <summary>Until so many invocations have come into the function.</summary>
    public static Task EnteredAsync(TestFunction function, int count) => Patience.UntilAsync(
        async () => (await function.LogAsync()).Count(line => line.Message.StartsWith("inside ", StringComparison.Ordinal)) >= count,
        $"{count} invocations are in {function.Name}");

    public void Release()
    {
        foreach (var marker in Directory.EnumerateFiles(node.Data, _marker, SearchOption.AllDirectories))
            File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(marker)!, "released"), Encoding.UTF8.GetBytes(""));
    }
}
