namespace Hearth.Node.Tests.Support;

/// <summary>Waits for what another thread is about to do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task Holds(Func<bool> condition, string what)
    {
        using var late = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            if (late.IsCancellationRequested)
                Assert.Fail($"It did not come to pass within {Deadline.TotalSeconds:0} s: {what}");
            await Task.Delay(1);
        }
    }

    /// <summary>The task's result; a task that does not end fails the test.</summary>
    public static Task<T> Result<T>(Task<T> task) => task.WaitAsync(Deadline);

    public static Task Ends(Task task) => task.WaitAsync(Deadline);
}
