using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Process;

namespace Hearth.Node.Tests.Workers.Drivers;

[Collection("sandboxes")]
public sealed class ProcessDriverTests : SandboxDriverSuite
{
    internal override ISandboxDriver CreateDriver(string dataDirectory) => new ProcessDriver(dataDirectory);

    internal override void AssertNothingIsLeft(string dataDirectory)
    {
        Assert.False(Directory.Exists(Path.Combine(dataDirectory, "sandboxes")));
        Assert.Empty(Machine.ProcessesWith($"HEARTH_INSTANCE={SandboxInstance.Of(dataDirectory)}"));
        Machine.AssertNoZombies();
    }

    [Fact]
    public async Task A_container_image_is_refused()
    {
        var spec = Bench.Spec("sh", "true") with { Image = new SandboxImage(Bench.Data, "/") };
        var refused = await Assert.ThrowsAsync<SandboxStartException>(() => Bench.StartAsync(spec));
        Assert.Equal(ProcessDriver.ImageRefusal, refused.Message);
        AssertNothingRuns();
    }

    internal override void AssertNothingRuns()
    {
        var folder = Path.Combine(Bench.Data, "sandboxes");
        Assert.Empty(Directory.Exists(folder) ? Directory.GetDirectories(folder) : []);
        Assert.Empty(Machine.ProcessesWith($"HEARTH_INSTANCE={SandboxInstance.Of(Bench.Data)}"));
    }
}
