using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Concurrency;

[NeedsRoot]
public sealed class ConcurrencyOnContainersTests() : ConcurrencySuite("container");

public sealed class ConcurrencyOnProcessesTests() : ConcurrencySuite("process");

/// <summary>Many invocations at once, and the limits to them.</summary>
public abstract class ConcurrencySuite(string driver)
{
    [SuiteFact]
    public async Task Fifty_invocations_run_at_once_each_in_an_environment_of_its_own()
    {
        const int Calls = 50;
        await using var node = await Node.StartAsync(driver, "--memory", "16384");
        var held = new Held(node);
        var function = await node.CreateAsync(held.Code(), request => request with { Timeout = 300 });
        var calls = Enumerable.Range(0, Calls).Select(_ => function.InvokeAsync()).ToList();
        await Held.EnteredAsync(function, Calls);
        var environments = await function.EnvironmentsAsync();
        Assert.Equal(Calls, environments.Count);
        Assert.All(environments, environment => Assert.Equal("Leased", environment.State));

        held.Release();
        foreach (var answer in await Task.WhenAll(calls))
            Assert.Equal("""[1, 1, "held"]""", answer.AssertSucceeded().Text);

        // The same environments serve again, one invocation at a time each.
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = Calls }, async (_, _) =>
            Assert.Equal(1, (await function.InvokeAsync()).AssertSucceeded().Json[1].GetInt32()));
        var after = await function.EnvironmentsAsync();
        Assert.Equal(environments.Select(environment => environment.EnvironmentId).Order(), after.Select(environment => environment.EnvironmentId).Order());
        Assert.Equal(Calls + 200, after.Sum(environment => environment.Invocations));
    }

    [SuiteFact]
    public async Task Beyond_the_concurrency_limit_calls_are_throttled_with_their_reason()
    {
        await using var node = await Node.StartAsync(driver, "--concurrency", "2");
        var held = new Held(node);
        var function = await node.CreateAsync(held.Code(), request => request with { Timeout = 300 });
        var running = new[] { function.InvokeAsync(), function.InvokeAsync() };
        await Held.EnteredAsync(function, 2);

        var refused = await function.InvokeAsync();
        Assert.Equal("Rate Exceeded.", refused.AssertRefused(429, "TooManyRequestsException"));
        Assert.Equal("ConcurrentInvocationLimitExceeded", refused.Json.GetProperty("Reason").GetString());
        Assert.Equal("1", refused.Headers["Retry-After"]);
        Assert.Equal(2, (await node.GetAsync("2016-08-19/account-settings")).Json.GetProperty("AccountLimit").GetProperty("ConcurrentExecutions").GetInt32());

        held.Release();
        Assert.All(await Task.WhenAll(running), answer => answer.AssertSucceeded());
        (await function.InvokeAsync()).AssertSucceeded();
    }

    [SuiteFact]
    public async Task An_idle_environment_is_reclaimed_and_the_function_starts_anew()
    {
        await using var node = await Node.StartAsync(driver, "--idle-timeout", "1s");
        var function = await node.CreateAsync(new Held(node).Code().With("released", ""));
        (await function.InvokeAsync()).AssertSucceeded();
        var old = await node.EnvironmentsAsync();
        await Patience.UntilAsync(async () => (await function.EnvironmentsAsync()).Count == 0, "the idle environment is given up");
        await Patience.UntilAsync(() => Remains.Of([.. old]).Count == 0, "nothing is left of the idle environment");
        Assert.Equal(1, (await function.InvokeAsync()).AssertSucceeded().Json[0].GetInt32());
    }

    [SuiteFact]
    public async Task When_memory_is_short_the_environment_used_least_recently_makes_room()
    {
        await using var node = await Node.StartAsync(driver, "--memory", "512");
        var functions = new List<TestFunction>();
        for (var i = 0; i < 4; i++)
        {
            functions.Add(await node.CreateAsync(Source.Echo));
            (await functions[i].InvokeAsync()).AssertSucceeded();
        }

        (await functions[0].InvokeAsync()).AssertSucceeded();
        var fifth = await node.CreateAsync(Source.Echo);
        (await fifth.InvokeAsync()).AssertSucceeded();
        await Patience.UntilAsync(async () => (await functions[1].EnvironmentsAsync()).Count == 0, "the environment used least recently is given up");
        foreach (var kept in (TestFunction[])[functions[0], functions[2], functions[3], fifth])
            Assert.Single(await kept.EnvironmentsAsync());

        var large = await node.CreateAsync(Source.Echo, request => request with { MemorySize = 384 });
        (await large.InvokeAsync()).AssertSucceeded();
        Assert.Single(await fifth.EnvironmentsAsync());
    }

    [SuiteFact]
    public async Task When_memory_is_short_and_nothing_is_idle_a_call_waits_and_is_then_throttled()
    {
        await using var node = await Node.StartAsync(driver, "--memory", "256");
        var held = new Held(node);
        var busy = await node.CreateAsync(held.Code(), request => request with { Timeout = 300 });
        var other = await node.CreateAsync(Source.Echo);
        var running = new[] { busy.InvokeAsync(), busy.InvokeAsync() };
        await Held.EnteredAsync(busy, 2);

        var refused = await other.InvokeAsync();
        Assert.StartsWith("Rate Exceeded.", refused.AssertRefused(429, "TooManyRequestsException"));
        Assert.Equal("ConcurrentInvocationLimitExceeded", refused.Json.GetProperty("Reason").GetString());
        Assert.Empty(await other.EnvironmentsAsync());

        var waiting = other.InvokeAsync("[2]");
        await Patience.UntilAsync(async () => (await other.EnvironmentsAsync()).Count == 1, "the second call waits for memory");
        held.Release();
        Assert.All(await Task.WhenAll(running), answer => answer.AssertSucceeded());
        Assert.Equal("[2]", (await waiting).AssertSucceeded().Text);
    }

    [SuiteFact]
    public async Task A_caller_that_hangs_up_does_not_stop_the_function()
    {
        await using var node = await Node.StartAsync(driver);
        var held = new Held(node);
        var function = await node.CreateAsync(held.Code(), request => request with { Timeout = 300 });
        using var hangUp = new CancellationTokenSource();
        var call = node.Http.PostAsync(new Uri(node.Address, $"{function.Path}/invocations"), new StringContent("{}"), hangUp.Token);
        await Held.EnteredAsync(function, 1);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        held.Release();
        await Patience.UntilAsync(
            async () => (await function.LogAsync()).Any(line => line.Message.StartsWith("REPORT ", StringComparison.Ordinal)), "the function ends by itself");
        Assert.Contains(await function.LogAsync(), line => line.Message.StartsWith("leaving ", StringComparison.Ordinal));
        await Patience.UntilAsync(async () => (await function.EnvironmentsAsync()).All(environment => environment.State == "Idle"), "the environment is idle again");
        Assert.Equal("""[2,1,"held"]""", JsonSerializer.Serialize((await function.InvokeAsync()).AssertSucceeded().Json));
    }
}
