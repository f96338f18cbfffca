using Hearth.Node.Runtimes;
using Hearth.Node.Workers.Drivers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Hearth.Node.Hosting;

/// <summary>What the node says on its console.</summary>
internal static class NodeLogging
{
    public static ILoggingBuilder ConfigureNodeLogging(this ILoggingBuilder logging) => logging
        .ClearProviders()
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
            console.IncludeScopes = false;
        })
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Akka", LogLevel.Warning)
        .AddFilter("Microsoft", LogLevel.Warning)
        // Why the host did not start is told by Program, in a line of its own.
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

    /// <summary>One line once the node serves: where, what isolates, what it can run.</summary>
    public static void AnnounceStart(this WebApplication app, NodeOptions options) =>
        app.Lifetime.ApplicationStarted.Register(() => app.Logger.LogInformation(
            "hearth-node serves the Lambda API on {Address}; sandbox {Sandbox}; runtimes {Runtimes}; data {Data}",
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(),
            app.Services.GetRequiredService<ISandboxDriver>().Name,
            string.Join(", ", app.Services.GetRequiredService<RuntimeCatalog>().All.Select(runtime => runtime.Identifier)),
            options.DataDirectory));
}
