using Hearth.Contracts.Functions;
using Hearth.Node.Runtimes;

namespace Hearth.Node.Workers.Blanks;

/// <summary>Which functions a blank sandbox will do for; the others start their runtime process anew.</summary>
internal static class BlankFit
{
    public static bool Fits(InstalledRuntime runtime, FunctionSettings settings) =>
        runtime.Blank is { } blank
        && blank.StartMemoryMib(settings.MemoryMib) is not null
        && !(settings.Environment?.Keys.Any(blank.IsReadAtStart) ?? false);
}
