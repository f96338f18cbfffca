using System.Diagnostics.Metrics;
using Hearth.Contracts.Api;
using Hearth.Node.Functions;
using OpenTelemetry.Metrics;

namespace Hearth.Node.Hosting;

/// <summary>
/// The node's meter, which the instruments of the other folders belong to, and the endpoint that shows them in Prometheus's text format.
/// SPECIFICATION.md lists them by the names they have there.
/// </summary>
internal static class NodeMetrics
{
    public const string MeterName = "Hearth";

    /// <summary>The class library's own: collections, heap, threads.</summary>
    private const string RuntimeMeterName = "System.Runtime";

    /// <summary>Series of one instrument: room for every runtime, phase and state, and a bound on what a mistake can cost.</summary>
    private const int SeriesAtMost = 500;

    public static IServiceCollection AddNodeMetrics(this IServiceCollection services)
    {
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(MeterName, RuntimeMeterName)
            .AddView(instrument => new MetricStreamConfiguration
            {
                CardinalityLimit = instrument.Name == InvocationMetrics.CounterName ? (InvocationMetrics.MaxFunctions + 1) * InvocationMetrics.Outcomes : SeriesAtMost,
            })
            .AddPrometheusExporter(exporter =>
            {
                exporter.ScopeInfoEnabled = false;
                exporter.TargetInfoEnabled = false;
            }));
        return services.AddSingleton(provider => provider.GetRequiredService<IMeterFactory>().Create(MeterName));
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint(NodeApi.Metrics);
}
