namespace Conformance.Tests.Nodes;

/// <summary>Deadlines of waits: far above what the slowest machine needs, so that only what never comes fails.</summary>
internal static class Patience
{
    public static readonly TimeSpan Start = TimeSpan.FromMinutes(1), Stop = TimeSpan.FromSeconds(50), Condition = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks again and again until the condition holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Condition);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"It never came to this: {what}.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);
}
