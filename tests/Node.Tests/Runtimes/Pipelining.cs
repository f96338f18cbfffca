namespace Hearth.Node.Tests.Runtimes;

/// <summary>What each of our own bootstraps promises about the order of requests on its connection.</summary>
internal static class Pipelining
{
    /// <summary>The bootstrap's handler answers 1.</summary>
    public static async Task CheckAsync(BootstrapRun started)
    {
        await using var run = started;
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync("r1", "{}");

        // Both are sent before the first is answered.
        var response = await run.Api.ReadAsync();
        var next = await run.Api.ReadAsync();
        Assert.Equal(("/2018-06-01/runtime/invocation/r1/response", "1", true), (response.Path, response.Body, next.AsksNext));

        await run.Api.ReplyAsync("403 Forbidden", "{}");
        Assert.Equal(1, await run.ExitCodeAsync());
        Assert.Contains("403", run.Output);
    }

    /// <summary>The bootstrap's handler answers with a text of as many characters as its event says.</summary>
    public static async Task CheckTooLargeAsync(BootstrapRun started)
    {
        await using var run = started;
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync("r1", "7000000");
        await run.Api.ReadAsync();
        await run.Api.ReplyAsync("413 Payload Too Large", "{}", ("Connection", "close"));
        await run.Api.AcceptAsync();
        Assert.Equal("\"xxx\"", (await run.InvokeAsync("3")).Body);

        // A node that stops reading: the connection is reset with most of the response unsent.
        await run.Api.ReadAsync();
        await run.Api.InvocationAsync("r2", "20000000");
        await run.Api.AcceptAsync();
        Assert.Equal("\"xx\"", (await run.InvokeAsync("2")).Body);
    }
}
