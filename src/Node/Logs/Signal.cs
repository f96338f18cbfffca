namespace Hearth.Node.Logs;

/// <summary>Wakes the one who waits; being set twice before it is seen counts once.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _set = Make();

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>
    /// Waits until it is set, and unsets it; ends after <paramref name="timeout"/> all the same. Whoever waits looks for
    /// work only afterwards, so work that was announced while it is being unset is seen.
    /// </summary>
    public async Task WaitAsync(TimeSpan timeout)
    {
        var set = Volatile.Read(ref _set).Task;
        if (!set.IsCompleted)
            await (timeout == Timeout.InfiniteTimeSpan ? set : Task.WhenAny(set, Task.Delay(timeout)));
        if (set.IsCompleted)
            Volatile.Write(ref _set, Make());
    }

    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
