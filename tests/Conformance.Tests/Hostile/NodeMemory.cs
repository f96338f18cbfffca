namespace Conformance.Tests.Hostile;

/// <summary>How much more memory the node's process takes at its most, from now on.</summary>
internal sealed class NodeMemory
{
    private readonly string _process;
    private readonly int _before;

    public NodeMemory(int processId)
    {
        _process = $"/proc/{processId}";
        File.WriteAllText($"{_process}/clear_refs", "5"); // The peak is counted anew.
        _before = Mib("VmRSS:");
    }

    public int PeakGrowthMib() => Math.Max(0, Mib("VmHWM:") - _before);

    private int Mib(string name) => int.Parse(File.ReadLines($"{_process}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) / 1_024;
}
