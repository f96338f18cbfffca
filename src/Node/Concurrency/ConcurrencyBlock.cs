using Hearth.Contracts.Functions;

namespace Hearth.Node.Concurrency;

/// <summary>
/// A function's part of the account's concurrency, as its actor sees it: what it may lease now, and what to ask the account for. Pure:
/// whoever calls it sends what it gives.
/// </summary>
internal sealed class ConcurrencyBlock(string function)
{
    private readonly string _life = Guid.NewGuid().ToString("N");
    private RequestConcurrency? _open;
    private int _requests;

    /// <summary>Leases that the function may hold at once.</summary>
    public int Held { get; private set; }

    /// <summary>A request for more has not been answered.</summary>
    public bool IsAsking => _open is not null && _open.Wanted > Held;

    /// <summary>
    /// Asks for more than there is: for those that wait, and half as much again for those that come next, so that a burst asks a few times
    /// and not each time.
    /// </summary>
    public RequestConcurrency More(int inUse, int waiting) => Ask(inUse, inUse + waiting, Math.Max(Held, inUse + waiting + ((inUse + waiting) / 2)));

    /// <summary>
    /// The request to repeat: the one that is open, as it or its answer may be lost; else what there is, less what is far from needed, so that the
    /// account knows of it. Null where there is nothing to tell.
    /// </summary>
    /// <param name="environments">With any, one is kept: for the next invocation not to ask.</param>
    public RequestConcurrency? Renew(int inUse, int environments)
    {
        if (_open is not null)
            return _open;
        if (Held == 0 && inUse == 0)
            return null;
        var needed = Math.Max(inUse, environments > 0 ? 1 : 0);
        return Keep(inUse, Held > 2 * needed ? needed : Held);
    }

    /// <summary>Gives back what is neither used nor waited for.</summary>
    public RequestConcurrency Return(int inUse, int waiting)
    {
        var request = Ask(inUse, inUse + waiting, inUse + waiting);
        Held = Math.Min(Held, inUse);
        return request;
    }

    /// <summary>Takes an answer. Null where it is not that to the latest request; else whether the account had all that was needed.</summary>
    public bool? Take(ConcurrencyGranted granted)
    {
        if (_open is not { } asked || granted.RequestId != asked.RequestId)
            return null;
        Held = granted.Granted;
        _open = null;
        return granted.Granted >= asked.Needed;
    }

    // What is given back may not be leased any more from here on.
    private RequestConcurrency Keep(int inUse, int wanted)
    {
        var request = Ask(inUse, inUse, wanted);
        Held = wanted;
        return request;
    }

    private RequestConcurrency Ask(int inUse, int needed, int wanted) =>
        _open = new RequestConcurrency(function, $"{_life}-{++_requests}", Held, inUse, needed, wanted);
}
