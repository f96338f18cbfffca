using System.Net;
using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Tests.Workers.Drivers.Network;

/// <summary>Sandboxes that get their network with their function, after their runtime has started.</summary>
[Collection("sandboxes")]
public sealed class BlankEgressTests : IClassFixture<FakeInternet>, IAsyncLifetime, IDisposable
{
    // As a bootstrap does: ready, wait for the variables, run the function.
    private const string Runtime = """
        import os, socket
        os.write(1, b"\0")
        while os.read(4, 65536): pass
        os.chdir("/var/task")
        exec(open("program").read())
        """;

    private readonly EgressSettings _settings = new(new EgressPolicies
    {
        Grants = [new("open-*", Internet: true, [])],
        Resolvers = [IPAddress.Parse(FakeInternet.Resolver)],
        NotPublic = FakeInternet.NotPublic,
    });

    private readonly SandboxBench _bench;
    private readonly List<IBlankSandbox> _blanks = [];

    public BlankEgressTests() => _bench = new SandboxBench(data => new ContainerDriver(data, egress: _settings));

    public Task InitializeAsync()
    {
        File.WriteAllText(Path.Combine(_bench.RuntimeDirectory, "blank.py"), Runtime);
        return Task.CompletedTask;
    }

    public void Dispose() => _settings.Dispose();

    public async Task DisposeAsync()
    {
        foreach (var blank in _blanks)
            await blank.DiscardAsync();
        await _bench.RemoveAsync();
        ContainerRemains.AssertNone(_bench.Data);
    }

    [Theory]
    [InlineData("open-shop", "203.0.113.10 reached")]
    [InlineData("other", "no name no")]
    public async Task A_blank_sandbox_has_the_network_of_the_function_it_is_given_to(string function, string seen)
    {
        var output = new CollectingOutput();
        var blank = await StartAsync();
        Assert.Empty(ContainerRemains.Links(_bench.Data));
        var sandbox = blank.Assign(_bench.Spec("python3", $"""
            try: name = socket.gethostbyname("example.test")
            except OSError: name = "no name"
            try: socket.create_connection(("{FakeInternet.Public}", {FakeInternet.Web}), 1).close(); print(name, "reached")
            except OSError: print(name, "no")
            """, output) with
        { FunctionName = function });
        await sandbox.Exited.WaitAsync(SandboxBench.Deadline);
        Assert.Equal(seen, output.Text.Trim());
        await sandbox.StopAsync(keepScratch: false);
        Assert.Empty(ContainerRemains.Links(_bench.Data));
    }

    [Fact]
    public async Task A_network_that_cannot_be_made_is_a_refusal_that_says_why_and_leaves_nothing()
    {
        var blank = await StartAsync();
        _settings.Set(_settings.Current with { Grants = [new("open-*", Internet: false, [new(Ipv4Range.Of("10.0.0.0/8"), EgressProtocol.Tcp, [new(7, 99_999)])])] });
        var refusal = Assert.Throws<SandboxStartException>(() => blank.Assign(_bench.Spec("python3", "") with { FunctionName = "open-shop" }));
        Assert.Contains("open-shop", refusal.Message);
        Assert.Contains("nft refused the rules", refusal.Message);
        Assert.Empty(ContainerRemains.Links(_bench.Data));
    }

    private async Task<IBlankSandbox> StartAsync()
    {
        var blank = await ((ContainerDriver)_bench.Driver).Blanks!.StartBlankAsync(
            new BlankSpec(
                $"blank-{Guid.NewGuid():N}", ["/usr/bin/python3", "{runtime}/blank.py"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
                _bench.RuntimeDirectory, MemoryMib: 512), default);
        _blanks.Add(blank);
        return blank;
    }
}
