using Hearth.Contracts.Identity;
using Hearth.Node.DataChannel;

namespace Hearth.Node.Hosting;

/// <summary>
/// Warns at the start and once a day of certificates that are near their end: with one that is over, a node can neither reach the others nor start
/// again.
/// </summary>
internal sealed class CertificateWatch(NodeCertificates certificates, TimeProvider time, ILogger<CertificateWatch> log) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                foreach (var ending in certificates.Ending(AuthorityCertificates.RenewalMargin))
                    log.LogWarning("The certificate {Ending}", ending);
                await Task.Delay(Interval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
