namespace Hearth.Client;

/// <summary>
/// How failed requests are sent again. A refusal with 429 or 503, and a connection that was never made, did nothing and
/// are always retried; any other 5xx and a connection that broke are retried only where the call can be repeated.
/// </summary>
public sealed record RetryOptions
{
    /// <summary>Attempts in all, the first included; 1 never retries. 1 to 20, default 4.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The wait before the second attempt; it doubles with each one after, and half of it is random. Default: 100 ms.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two attempts that the node did not ask for itself by <c>Retry-After</c>. Default: 5 seconds.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>No attempt begins later than this after the first one began. Default: 30 seconds.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        if (MaxAttempts is < 1 or > 20)
            throw new ArgumentException($"{nameof(MaxAttempts)} is {MaxAttempts}; it must be from 1 to 20.");
        if (BaseDelay < TimeSpan.Zero || MaxDelay < BaseDelay)
            throw new ArgumentException($"{nameof(BaseDelay)} ({BaseDelay}) must not be negative, nor longer than {nameof(MaxDelay)} ({MaxDelay}).");
    }
}
