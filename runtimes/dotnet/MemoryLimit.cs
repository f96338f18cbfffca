using System.Globalization;

namespace Hearth.Runtimes.DotNet;

/// <summary>Lets the collector know the function's memory size, which a blank process starts without.</summary>
internal static class MemoryLimit
{
    /// <summary>Three quarters, .NET's own rule for containers; the rest is for code, stacks and native libraries.</summary>
    public static void Follow()
    {
        var text = Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
        if (!ulong.TryParse(text, CultureInfo.InvariantCulture, out var memoryMib))
            return;
        AppContext.SetData("GCHeapHardLimit", (memoryMib << 20) / 4 * 3);
        GC.RefreshMemoryLimit();
    }
}
