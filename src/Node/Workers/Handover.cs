namespace Hearth.Node.Workers;

/// <summary>An outcome on its way to whoever waits for it: here, once the lock is left, or by another thread.</summary>
internal readonly record struct Handover(TaskCompletionSource<InvocationOutcome>? Waiting, InvocationOutcome Outcome)
{
    public void Here() => Waiting?.TrySetResult(Outcome);

    public void Elsewhere() => ThreadPool.QueueUserWorkItem(static handover => handover.Here(), this, preferLocal: false);
}
