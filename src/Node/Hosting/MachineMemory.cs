namespace Hearth.Node.Hosting;

/// <summary>How much memory the machine, or the limit this process runs under, has.</summary>
internal static class MachineMemory
{
    /// <summary>What environments are promised by default; the rest is the node's and the system's.</summary>
    public static long FourFifthsMib() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1_048_576 * 4 / 5;
}
