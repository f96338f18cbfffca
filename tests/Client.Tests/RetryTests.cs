using System.Net;
using System.Net.Sockets;
using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Errors;

namespace Hearth.Client.Tests;

public sealed class RetryTests : NodeTests
{
    private const string Refusal = """{"Type":"Service","Message":"later"}""";

    [Theory]
    [InlineData(429, "TooManyRequestsException")]
    [InlineData(503, "ServiceUnavailableException")]
    public async Task A_refusal_that_did_nothing_is_retried_even_for_an_invocation(int status, string type)
    {
        Deploy("hello");
        Node.NextRefusal(status, type, Refusal);
        Node.NextRefusal(status, type, Refusal);
        Assert.Equal(5, await Client.InvokeAsync<int, int>("hello", 5));
        Assert.Equal((3, 2), (Node.Seen.Count, Clock.Waits.Count));
    }

    [Fact]
    public async Task Waits_grow_and_then_the_last_refusal_is_thrown()
    {
        for (var i = 0; i < 4; i++) Node.NextRefusal(503, "ServiceUnavailableException", Refusal);
        var error = await Assert.ThrowsAsync<LambdaException>(() => Client.GetAccountSettingsAsync());
        Assert.Equal((ErrorCode.ServiceUnavailable, "later"), (error.Code, error.Message));
        Assert.Equal(4, Node.Seen.Count);
        Assert.Collection(
            Clock.Waits,
            wait => Assert.InRange(wait.TotalMilliseconds, 50, 100),
            wait => Assert.InRange(wait.TotalMilliseconds, 100, 200),
            wait => Assert.InRange(wait.TotalMilliseconds, 200, 400));
    }

    [Fact]
    public async Task A_wait_is_never_shorter_than_the_node_asks()
    {
        Deploy("hello");
        Node.NextRefusal(429, "TooManyRequestsException", Refusal, retryAfter: 7);
        await Client.InvokeRawAsync("hello", "1"u8.ToArray());
        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(Clock.Waits));
    }

    [Fact]
    public async Task A_wait_beyond_the_total_time_is_not_begun()
    {
        Node.NextRefusal(429, "TooManyRequestsException", Refusal, retryAfter: 31);
        var error = await Assert.ThrowsAsync<LambdaException>(() => Client.GetAccountSettingsAsync());
        Assert.Equal(TimeSpan.FromSeconds(31), error.RetryAfter);
        Assert.Empty(Clock.Waits);
    }

    [Fact]
    public async Task An_internal_error_is_retried_for_a_reading()
    {
        Node.NextRefusal(500, "ServiceException", Refusal);
        Assert.Equal(1000, (await Client.GetAccountSettingsAsync()).AccountLimit.ConcurrentExecutions);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task An_internal_error_is_not_retried_for_an_invocation(int status)
    {
        Deploy("hello");
        Node.NextRefusal(status, "ServiceException", Refusal);
        await Assert.ThrowsAsync<LambdaException>(() => Client.InvokeRawAsync("hello", default));
        Assert.Single(Node.Seen);
    }

    [Fact]
    public async Task An_internal_error_is_retried_for_an_invocation_that_says_it_is_idempotent()
    {
        Deploy("hello");
        Node.NextRefusal(500, "ServiceException", Refusal);
        await Client.InvokeRawAsync("hello", "1"u8.ToArray(), new InvokeOptions { Idempotent = true });
        Assert.Equal(2, Node.Seen.Count);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_retried_for_a_reading()
    {
        Node.NextBreak();
        await Client.GetAccountSettingsAsync();
        Assert.Equal(2, Node.Seen.Count);
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_an_invocation_because_it_may_have_run()
    {
        Deploy("hello");
        Node.NextBreak();
        var error = await Assert.ThrowsAsync<HearthUnreachableException>(() => Client.InvokeRawAsync("hello", default));
        Assert.True(error.MayHaveBeenDone);
        Assert.Single(Node.Seen);
    }

    [Fact]
    public async Task A_create_and_a_delete_are_not_repeated_after_a_break()
    {
        Node.NextBreak();
        await Assert.ThrowsAsync<HearthUnreachableException>(() => Client.CreateFunctionAsync(Request()));
        Node.NextBreak();
        await Assert.ThrowsAsync<HearthUnreachableException>(() => Client.DeleteFunctionAsync("hello"));
        Assert.Equal(2, Node.Seen.Count);
    }

    [Fact]
    public async Task An_update_is_repeated_unless_it_names_a_revision()
    {
        Deploy("hello");
        Node.NextBreak();
        await Client.UpdateFunctionConfigurationAsync("hello", new() { Timeout = 9 });
        Assert.Equal(2, Node.Seen.Count);
        Node.NextBreak();
        await Assert.ThrowsAsync<HearthUnreachableException>(() => Client.UpdateFunctionConfigurationAsync("hello", new() { Timeout = 9, RevisionId = "r" }));
        Assert.Equal(3, Node.Seen.Count);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_named_after_all_attempts()
    {
        var endpoint = ClosedEndpoint();
        using var client = new HearthClient(new() { Endpoint = endpoint, TimeProvider = Clock });
        var error = await Assert.ThrowsAsync<HearthUnreachableException>(() => client.InvokeRawAsync("hello", default));
        Assert.Equal((endpoint, false), (error.Endpoint, error.MayHaveBeenDone));
        Assert.Contains(endpoint.GetLeftPart(UriPartial.Authority) + " cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, Clock.Waits.Count);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_between_attempts()
    {
        // Every timer is a timeout on this clock, so that the wait lasts.
        var clock = new TestClock(timeoutsFrom: TimeSpan.Zero);
        using var client = new HearthClient(Node.Options(clock) with { Retry = new() { BaseDelay = TimeSpan.FromSeconds(1) } });
        using var cancellation = new CancellationTokenSource();
        Node.Next(async context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["x-amzn-ErrorType"] = "ServiceUnavailableException";
            await context.Response.CompleteAsync();
        });
        var call = client.GetAccountSettingsAsync(cancellation.Token);
        await clock.TimeoutsSetAsync(2);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(Node.Seen);
    }

    internal static Uri ClosedEndpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
