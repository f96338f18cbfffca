namespace Hearth.Client.Http;

/// <summary>Decides whether a failed attempt is followed by another, and after how long. Pure.</summary>
/// <param name="random">From 0 up to 1.</param>
internal sealed class RetryPolicy(RetryOptions options, Func<double> random)
{
    /// <summary>The wait before the next attempt; null where there is none.</summary>
    /// <param name="repeatable">Whether carrying the call out twice does no harm.</param>
    /// <param name="attempt">The attempts made so far, from 1.</param>
    /// <param name="elapsed">Since the first attempt began.</param>
    public TimeSpan? PauseAfter(HearthException failure, bool repeatable, int attempt, TimeSpan elapsed)
    {
        if (attempt >= options.MaxAttempts || !IsWorthRepeating(failure, repeatable)) return null;
        var pause = Backoff(attempt);
        if (failure is LambdaException { RetryAfter: { } asked } && asked > pause) pause = asked;
        return elapsed + pause > options.TotalTime ? null : pause;
    }

    private static bool IsWorthRepeating(HearthException failure, bool repeatable) => failure switch
    {
        LambdaException { HttpStatus: 429 or 503 } => true,
        LambdaException { HttpStatus: >= 500 } => repeatable,
        HearthUnreachableException unreachable => repeatable || !unreachable.MayHaveBeenDone,
        _ => false,
    };

    // Half fixed, half random: callers that failed together do not come back together, and none comes back at once.
    private TimeSpan Backoff(int attempt)
    {
        var ceiling = Math.Min(options.BaseDelay.TotalMilliseconds * Math.Pow(2, attempt - 1), options.MaxDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + (0.5 * random())));
    }
}
