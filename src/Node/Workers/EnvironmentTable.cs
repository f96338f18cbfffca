using System.Collections.Concurrent;
using Hearth.Contracts.Environments;

namespace Hearth.Node.Workers;

/// <summary>The environments of this node by their id: where a lease is turned into an invocation.</summary>
internal sealed class EnvironmentTable(TimeProvider time)
{
    /// <summary>How long an invocation waits for an environment that its worker has not entered yet.</summary>
    private static readonly TimeSpan EntryDeadline = TimeSpan.FromSeconds(10);

    /// <summary>How long an ended environment is kept for an invocation that is still on its way to it.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<EnvironmentId, TaskCompletionSource<ExecutionEnvironment>> _entries = new();
    private readonly ConcurrentDictionary<EnvironmentId, ExecutionEnvironment> _present = new();

    public IEnumerable<ExecutionEnvironment> All =>
        _entries.Values.Where(entry => entry.Task.IsCompletedSuccessfully).Select(entry => entry.Task.Result);

    /// <summary>Those that have not ended.</summary>
    public IEnumerable<ExecutionEnvironment> Present => _present.Values;

    /// <summary>Null where it was not entered, or has ended a while ago.</summary>
    public ExecutionEnvironment? TryFind(EnvironmentId id) =>
        _entries.TryGetValue(id, out var entry) && entry.Task.IsCompletedSuccessfully ? entry.Task.Result : null;

    public void Enter(ExecutionEnvironment environment)
    {
        _present[environment.Id] = environment;
        Entry(environment.Id).TrySetResult(environment);
    }

    /// <summary>Forgets an environment after a while; returns at once.</summary>
    public void Leave(EnvironmentId id)
    {
        _present.TryRemove(id, out _);
        _ = LeaveLaterAsync(id);
    }

    /// <summary>Invokes under a lease. The environment may still be on its way from its actor: the lease is granted first.</summary>
    public Task<InvocationOutcome> InvokeAsync(Invocation invocation, Lease lease)
    {
        var entry = Entry(lease.EnvironmentId).Task;
        return entry.IsCompletedSuccessfully ? entry.Result.InvokeAsync(invocation, lease) : WaitAndInvokeAsync(entry, invocation, lease);
    }

    private async Task<InvocationOutcome> WaitAndInvokeAsync(Task<ExecutionEnvironment> entry, Invocation invocation, Lease lease)
    {
        try
        {
            var environment = await entry.WaitAsync(EntryDeadline, time);
            return await environment.InvokeAsync(invocation, lease);
        }
        catch (TimeoutException)
        {
            _entries.TryRemove(lease.EnvironmentId, out _);
            return InvocationOutcome.NotStarted;
        }
    }

    private async Task LeaveLaterAsync(EnvironmentId id)
    {
        await Task.Delay(Afterlife, time);
        if (_entries.TryRemove(id, out var entry) && entry.Task.IsCompletedSuccessfully)
            entry.Task.Result.Dispose();
    }

    private TaskCompletionSource<ExecutionEnvironment> Entry(EnvironmentId id) =>
        _entries.GetOrAdd(id, static _ => new TaskCompletionSource<ExecutionEnvironment>(TaskCreationOptions.RunContinuationsAsynchronously));
}
