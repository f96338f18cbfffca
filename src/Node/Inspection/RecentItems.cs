namespace Hearth.Node.Inspection;

/// <summary>The newest of what comes along, numbered from 1; older ones are forgotten. Thread-safe.</summary>
internal sealed class RecentItems<T>(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Number, T Item)> _items = new();
    private TaskCompletionSource _added = Make();
    private long _last;

    /// <summary>The number of the newest; 0 before there is one.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    public void Add(T item)
    {
        TaskCompletionSource added;
        lock (_gate)
        {
            _items.Enqueue((++_last, item));
            if (_items.Count > capacity)
                _items.Dequeue();
            (added, _added) = (_added, Make());
        }

        added.SetResult();
    }

    /// <summary>What is kept of those after this number, oldest first.</summary>
    public IReadOnlyList<(long Number, T Item)> After(long number)
    {
        lock (_gate)
            return [.. _items.Where(entry => entry.Number > number)];
    }

    /// <summary>Done once there is one after this number.</summary>
    public Task AddedAfterAsync(long number, CancellationToken cancellationToken)
    {
        lock (_gate)
            return _last > number ? Task.CompletedTask : _added.Task.WaitAsync(cancellationToken);
    }

    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
