namespace Hearth.Node.Storage;

/// <summary>
/// Asks the database every second or two whether it is there, and says in the log when it goes and comes. A database that
/// belongs to another node by then ends this one.
/// </summary>
internal sealed class StorageWatch(StorageHealth health, IHostApplicationLifetime node, TimeProvider time, ILogger<StorageWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (long? wentAt = null; await NextAsync(timer, stoppingToken);)
        {
            await health.RefusalAsync();
            var problem = health.Problem;
            if (problem is { IsTaken: true })
            {
                log.LogCritical("{Problem}: this node stops", problem.Message);
                node.StopApplication();
                return;
            }

            if (problem is not null && wentAt is null)
            {
                wentAt = time.GetTimestamp();
                log.LogError("{Problem}. Changes are refused until it is back; functions that are loaded go on", problem.Message);
            }
            else if (problem is null && wentAt is { } went)
            {
                log.LogInformation("The database is back after {Seconds:0} s", time.GetElapsedTime(went).TotalSeconds);
                wentAt = null;
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
