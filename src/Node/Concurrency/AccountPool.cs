using Hearth.Contracts.Functions;

namespace Hearth.Node.Concurrency;

/// <summary>Who has which part of the account's concurrency. Pure bookkeeping: no clock, no I/O.</summary>
/// <remarks>
/// What all have together exceeds the limit only by what is in use already when it becomes known: leases outlive the actor that
/// granted them.
/// </remarks>
internal sealed class AccountPool(int limit)
{
    private readonly Dictionary<string, AccountShare> _shares = [];

    /// <summary>What all have together.</summary>
    public int Granted { get; private set; }

    public bool Has(string function) => _shares.ContainsKey(function);

    /// <summary>Takes over what a holder says it has, from before this pool.</summary>
    public void Learn(string function, int held, int inUse, DateTimeOffset now) => Set(function, new AccountShare(Math.Max(held, inUse), now));

    /// <summary>Gives a function what it wants in all; where that is not there, what it needs, as far as it is.</summary>
    /// <returns>What it has now: at least what it uses.</returns>
    public int Request(RequestConcurrency request, DateTimeOffset now) =>
        request.Wanted <= Available(request) ? Give(request, request.Wanted, now) : RequestNeeded(request, now);

    /// <summary>
    /// Gives a function nothing in advance: what it needs, as far as it is there. What it holds beyond that is not taken from it: until it
    /// hears of that, it may have leased it.
    /// </summary>
    public int RequestNeeded(RequestConcurrency request, DateTimeOffset now) =>
        Give(request, Math.Min(Math.Min(request.Wanted, Math.Max(request.Needed, request.Held)), Available(request)), now);

    /// <summary>The other functions that have some: what they use now they alone know.</summary>
    public IReadOnlyList<string> Others(string function) => [.. _shares.Keys.Where(other => other != function)];

    /// <summary>Forgets those that have not asked since <paramref name="cutoff"/>: their actors are gone, and their leases found again by the next.</summary>
    public void Expire(DateTimeOffset cutoff)
    {
        foreach (var (function, _) in _shares.Where(share => share.Value.AskedAt <= cutoff).ToList())
            Set(function, null);
    }

    private int Available(RequestConcurrency request) =>
        limit - Granted + (_shares.TryGetValue(request.FunctionName, out var share) ? share.Granted : 0);

    private int Give(RequestConcurrency request, int wanted, DateTimeOffset now)
    {
        var granted = Math.Max(request.InUse, wanted);
        Set(request.FunctionName, new AccountShare(granted, now));
        return granted;
    }

    private void Set(string function, AccountShare? share)
    {
        if (_shares.Remove(function, out var before))
            Granted -= before.Granted;
        if (share is not { Granted: > 0 })
            return;
        _shares.Add(function, share);
        Granted += share.Granted;
    }

    private sealed record AccountShare(int Granted, DateTimeOffset AskedAt);
}
