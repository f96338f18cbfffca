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

    [Fact]
    public void No_function_fits_a_runtime_that_cannot_wait() => Assert.False(BlankFit.Fits(Runtime with { Blank = null }, Samples.Settings));
}
