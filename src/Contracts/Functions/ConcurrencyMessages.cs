namespace Hearth.Contracts.Functions;

/// <summary>
/// A function's actor asks for its part of the account's concurrency, gives some back, or says that it still has it, which it does every
/// second, or less often under a high limit. Reply: <see cref="ConcurrencyGranted"/>.
/// </summary>
/// <param name="RequestId">The answer names it: only that to the latest request counts.</param>
/// <param name="Held">What it was granted before and has not given back.</param>
/// <param name="InUse">Its leases.</param>
/// <param name="Needed">What it has a use for now, in all: leases, and invocations that wait.</param>
/// <param name="Wanted">What it wants to have in all, where there is enough for everybody; less than <paramref name="Held"/> gives the rest back.</param>
public sealed record RequestConcurrency(string FunctionName, string RequestId, int Held, int InUse, int Needed, int Wanted);

/// <param name="Granted">In all; less than was needed where the account has no more.</param>
public sealed record ConcurrencyGranted(string RequestId, int Granted);

/// <summary>Another function is short: what is not in use is to be given back. Reply: <see cref="RequestConcurrency"/>.</summary>
public sealed record ReturnConcurrency;
