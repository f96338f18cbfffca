using Hearth.Contracts.Api;

namespace Hearth.Client;

public sealed partial class HearthClient
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan SlowestPoll = TimeSpan.FromSeconds(2);

    /// <summary>Waits until a created function can be invoked, and answers its configuration then.</summary>
    /// <param name="timeout">The longest wait; 5 minutes where null.</param>
    /// <exception cref="FunctionNotReadyException">The creation failed; carries the node's reason.</exception>
    /// <exception cref="TimeoutException">It was still pending at the deadline.</exception>
    public Task<FunctionConfiguration> WaitUntilActiveAsync(
        string function, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(function, "active", IsActive, timeout ?? DefaultWait, cancellationToken);

    /// <summary>Waits until the last update is in force, and answers the configuration then.</summary>
    /// <param name="timeout">The longest wait; 5 minutes where null.</param>
    /// <exception cref="FunctionNotReadyException">The update failed; carries the node's reason.</exception>
    /// <exception cref="TimeoutException">It was still in progress at the deadline.</exception>
    public Task<FunctionConfiguration> WaitUntilUpdatedAsync(
        string function, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitAsync(function, "updated", IsUpdated, timeout ?? DefaultWait, cancellationToken);

    private static bool IsActive(FunctionConfiguration function) => function.State switch
    {
        FunctionState.Pending => false,
        FunctionState.Failed => throw new FunctionNotReadyException(function, "Creating", function.StateReason, function.StateReasonCode),
        // An inactive function wakes by being invoked.
        _ => true,
    };

    private static bool IsUpdated(FunctionConfiguration function) => function.LastUpdateStatus switch
    {
        LastUpdateStatus.InProgress => false,
        LastUpdateStatus.Failed => throw new FunctionNotReadyException(
            function, "Updating", function.LastUpdateStatusReason, function.LastUpdateStatusReasonCode),
        _ => true,
    };

    private async Task<FunctionConfiguration> WaitAsync(
        string name, string goal, Func<FunctionConfiguration, bool> isReady, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var clock = _options.TimeProvider;
        var start = clock.GetTimestamp();
        for (var pause = FirstPoll; ; pause = pause * 1.5 < SlowestPoll ? pause * 1.5 : SlowestPoll)
        {
            var function = await GetFunctionConfigurationAsync(name, cancellationToken);
            if (isReady(function)) return function;
            if (clock.GetElapsedTime(start) + pause > timeout)
                throw new TimeoutException(
                    $"{name} is not {goal} after {timeout.TotalSeconds:0.#} s: State is {function.State}, LastUpdateStatus is {function.LastUpdateStatus}.");
            await Task.Delay(pause, clock, cancellationToken);
        }
    }
}
