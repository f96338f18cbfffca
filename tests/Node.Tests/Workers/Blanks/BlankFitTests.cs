using Hearth.Node.Runtimes;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers.Blanks;

namespace Hearth.Node.Tests.Workers.Blanks;

public sealed class BlankFitTests
{
    private static readonly InstalledRuntime Runtime = new(
        "lua5.4", "lua", "/usr/bin/lua", "5.4", "/runtimes/lua", ["{interpreter}"], new Dictionary<string, string>(), new BlankManifest(1_024, 8, ["LUA_*", "LANG"]));

    [Theory]
    [InlineData(128, null, true)]
    [InlineData(1_024, null, true)]
    [InlineData(1_025, null, false)]
    [InlineData(128, "TABLE", true)]
    [InlineData(128, "LANGUAGE", true)]
    [InlineData(128, "LUA", true)]
    [InlineData(128, "LANG", false)]
    [InlineData(128, "LUA_PATH", false)]
    public void A_function_fits_where_its_memory_and_its_variables_can_still_be_set(int memoryMib, string? variable, bool fits)
    {
        var settings = Samples.Settings with
        {
            MemoryMib = memoryMib,
            Environment = variable is null ? null : new Dictionary<string, string> { [variable] = "x", ["OTHER"] = "y" },
        };
        Assert.Equal(fits, BlankFit.Fits(Runtime, settings));
    }

    [Theory]
    [InlineData(null, 128, 128)]
    [InlineData(null, 10_240, 10_240)]
    [InlineData(1_024, 128, 1_024)]
    [InlineData(1_024, 1_024, 1_024)]
    [InlineData(1_024, 1_025, null)]
    public void A_process_waits_under_its_runtimes_limit_or_where_it_is_sized_at_its_start_under_the_functions(int? limitMib, int functionMib, int? waitsUnderMib) =>
        Assert.Equal(waitsUnderMib, new BlankManifest(limitMib, 8, []).StartMemoryMib(functionMib));

    [Fact]
    public void No_function_fits_a_runtime_that_cannot_wait() => Assert.False(BlankFit.Fits(Runtime with { Blank = null }, Samples.Settings));
}
