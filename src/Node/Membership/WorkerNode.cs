using Akka.Actor;
using Hearth.Contracts.Environments;

namespace Hearth.Node.Membership;

/// <summary>One worker of the cluster, as it last described itself.</summary>
internal sealed class WorkerNode : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _abandonment = new();
    private CancellationToken _abandoned;
    private WorkerDescribed _described;
    private long _promisedMib;

    public WorkerNode(WorkerDescribed described, IActorRef actor)
    {
        _described = described;
        _abandoned = _abandonment.Token;
        Actor = actor;
    }

    public string Id => _described.WorkerId;

    public IActorRef Actor { get; }

    /// <summary>Where its data channel listens, <c>ADDR:PORT</c>; null where it has none.</summary>
    public string? Channel => _described.Channel;

    public long TotalMib => _described.TotalMib;

    /// <summary>As described, less what this node has promised since.</summary>
    public long FreeMib
    {
        get
        {
            lock (_gate)
                return _described.FreeMib - _promisedMib;
        }
    }

    public bool IsDraining => _described.IsDraining;

    /// <summary>It does not answer its cluster, and may be gone.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Cancelled once it is not to be waited for any more. Taken before each wait: one that comes back has another.</summary>
    public CancellationToken Abandoned
    {
        get
        {
            lock (_gate)
                return _abandoned;
        }
    }

    public void Describe(WorkerDescribed described)
    {
        lock (_gate)
        {
            _described = described;
            _promisedMib = 0;
        }
    }

    /// <summary>Memory that is on its way to an environment, until the worker describes itself the next time.</summary>
    public void Promise(int memoryMib)
    {
        lock (_gate)
            _promisedMib += memoryMib;
    }

    /// <summary>Whoever waits for it is told that it is lost.</summary>
    public void Abandon()
    {
        CancellationTokenSource abandonment;
        lock (_gate)
        {
            (abandonment, _abandonment) = (_abandonment, new CancellationTokenSource());
            _abandoned = _abandonment.Token;
        }

        abandonment.Cancel();
        abandonment.Dispose();
    }

    /// <summary>It is gone: whoever waits for it, now or later, is told so.</summary>
    public void Dispose()
    {
        _abandonment.Cancel();
        _abandonment.Dispose();
    }
}
