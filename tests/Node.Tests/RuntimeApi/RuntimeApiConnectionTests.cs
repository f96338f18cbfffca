using Hearth.Node.RuntimeApi;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.RuntimeApi;

/// <summary>Connections that come, go, or are too many.</summary>
public class RuntimeApiConnectionTests : RuntimeApiRig
{
    [Fact]
    public async Task A_connection_cut_while_it_waits_loses_no_invocation()
    {
        var cut = Connect();
        await cut.GetNextAsync();
        await Eventually.Holds(() => Environment.Environment.State == EnvironmentState.Idle, "the runtime waits");
        cut.Dispose();

        // Two more requests: once the later of them has closed the other, both have come after the cut one.
        var runtimes = new[] { Connect(), Connect() };
        foreach (var runtime in runtimes)
            await runtime.GetNextAsync();
        var answers = runtimes.Select(runtime => runtime.ReceiveAsync()).ToList();
        var closed = await Task.WhenAny(answers);
        await Assert.ThrowsAnyAsync<IOException>(() => closed);

        var outcome = Environment.InvokeAsync("r1");
        var open = answers.FindIndex(answer => answer != closed);
        Assert.Equal("r1", (await answers[open]).Headers["Lambda-Runtime-Aws-Request-Id"]);
        await runtimes[open].SendAsync(RawConnection.Post("invocation/r1/response", "1"));
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task A_runtime_that_asks_on_a_second_connection_has_its_first_closed()
    {
        var first = Connect();
        await first.GetNextAsync();
        await Eventually.Holds(() => Environment.Environment.State == EnvironmentState.Idle, "the runtime waits");
        var second = Connect();
        await second.GetNextAsync();
        await first.ExpectClosedAsync();
        _ = Environment.InvokeAsync("r1");
        Assert.Equal(200, (await second.ReceiveAsync()).Status);
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_of_a_response_is_no_response()
    {
        var (runtime, outcome) = await InvokingAsync();
        await runtime.SendAsync("POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n[1,");
        runtime.Dispose();
        var again = Connect();
        await again.SendAsync(RawConnection.Post("invocation/r1/response", "[2]"));
        Assert.Equal(202, (await again.ReceiveAsync()).Status);
        Assert.Equal("[2]"u8.ToArray(), (await Eventually.Result(outcome)).Payload.ToArray());
    }

    [Fact]
    public async Task Bodies_that_are_left_half_way_are_read_a_few_at_once_and_give_way_when_their_connections_close()
    {
        var (runtime, outcome) = await InvokingAsync();
        var left = Enumerable.Range(0, BodyTurns.AtOnce).Select(_ => Connect()).ToList();
        foreach (var one in left)
            await one.SendAsync("POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
        foreach (var one in left)
            Assert.Equal(100, (await one.ReceiveAsync()).Status); // It is being read.

        var waits = Connect();
        await waits.SendAsync("POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
        var begins = waits.ReceiveAsync();
        Assert.False(begins.IsCompleted);
        left[0].Dispose();
        Assert.Equal(100, (await begins).Status);
        foreach (var one in left.Append(waits))
            one.Dispose();
        await runtime.SendAsync(RawConnection.Post("invocation/r1/response", "[2]"));
        Assert.Equal(202, (await runtime.ReceiveAsync()).Status);
        Assert.Equal("[2]"u8.ToArray(), (await Eventually.Result(outcome)).Payload.ToArray());
    }

    [Fact]
    public async Task An_environment_that_ends_closes_its_runtimes_connection()
    {
        var runtime = Connect();
        await runtime.GetNextAsync();
        await Eventually.Holds(() => Environment.Environment.State == EnvironmentState.Idle, "the runtime waits");
        Environment.Environment.Stop();
        await runtime.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_listener_that_is_stopped_closes_its_connections_and_takes_no_more()
    {
        var runtime = Connect();
        await runtime.GetNextAsync();
        await Eventually.Holds(() => Environment.Environment.State == EnvironmentState.Idle, "the runtime waits");
        StopServing(Environment);
        await runtime.ExpectClosedAsync();
        Assert.ThrowsAny<System.Net.Sockets.SocketException>(() => Connect());
    }

    [Fact]
    public async Task Environments_have_their_own_invocations()
    {
        var other = Serve();
        var (here, there) = (Connect(), Connect(other));
        await here.GetNextAsync();
        await there.GetNextAsync();
        var outcomes = new[] { Environment.InvokeAsync("r1"), other.InvokeAsync("r2") };
        Assert.Equal("r1", (await here.ReceiveAsync()).Headers["Lambda-Runtime-Aws-Request-Id"]);
        Assert.Equal("r2", (await there.ReceiveAsync()).Headers["Lambda-Runtime-Aws-Request-Id"]);

        // One sandbox cannot answer for another.
        await there.SendAsync(RawConnection.Post("invocation/r1/response", "\"forged\""));
        Assert.Equal(400, (await there.ReceiveAsync()).Status);
        await here.SendAsync(RawConnection.Post("invocation/r1/response", "1"));
        await there.SendAsync(RawConnection.Post("invocation/r2/response", "2"));
        Assert.Equal("1"u8.ToArray(), (await Eventually.Result(outcomes[0])).Payload.ToArray());
        Assert.Equal("2"u8.ToArray(), (await Eventually.Result(outcomes[1])).Payload.ToArray());
    }

    [Fact]
    public async Task A_sandbox_that_opens_connections_without_end_is_cut_off_and_others_are_served()
    {
        var hoarded = Enumerable.Range(0, 32).Select(_ => Connect()).ToList();
        foreach (var connection in hoarded)
        {
            await connection.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal(404, (await connection.ReceiveAsync()).Status);
        }

        await Connect().ExpectClosedAsync();
        var other = Serve();
        var runtime = Connect(other);
        await runtime.GetNextAsync();
        _ = other.InvokeAsync("r1");
        Assert.Equal(200, (await runtime.ReceiveAsync()).Status);

        // A place that comes free can be taken.
        hoarded[0].Dispose();
        await Eventually.Holds(() => IsServed(Connect()), "a connection is served again");
    }

    private static bool IsServed(RawConnection connection)
    {
        try
        {
            connection.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n").GetAwaiter().GetResult();
            return connection.ReceiveAsync().GetAwaiter().GetResult().Status == 404;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
