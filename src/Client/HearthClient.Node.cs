using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Hearth.Client.Http;
using Hearth.Contracts.Api;

namespace Hearth.Client;

/// <summary>Hearth's own endpoints, which AWS does not have.</summary>
public sealed partial class HearthClient
{
    /// <summary>The runtime identifiers that the node serves, and by which interpreters.</summary>
    public Task<ListRuntimesResponse> ListRuntimesAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Runtimes, ApiJson.Relaxed.ListRuntimesResponse, cancellationToken);

    /// <summary>The sandboxes of the node that wait for a function, by runtime; empty where it keeps none.</summary>
    public Task<ListBlanksResponse> ListBlanksAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Blanks, ApiJson.Relaxed.ListBlanksResponse, cancellationToken);

    /// <summary>What functions are granted of the network; with a name, the one grant that holds for this function, if any.</summary>
    public Task<ListEgressResponse> ListEgressAsync(string? function = null, CancellationToken cancellationToken = default) =>
        ReadAsync(function is null ? NodeApi.Egress : $"{NodeApi.Egress}?function={ApiPaths.Escape(function)}", ApiJson.Relaxed.ListEgressResponse, cancellationToken);

    /// <summary>The function's execution environments as they are now.</summary>
    public Task<ListEnvironmentsResponse> ListEnvironmentsAsync(string function, CancellationToken cancellationToken = default) =>
        ReadAsync(NodeApi.Environments(ApiPaths.Escape(function)), ApiJson.Relaxed.ListEnvironmentsResponse, cancellationToken);

    /// <summary>The function's log, oldest line first. With <see cref="LogOptions.Follow"/> it ends only when cancelled or when the node goes.</summary>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(string function, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadLinesAsync(NodeApi.Logs(ApiPaths.Escape(function)) + LogQuery(options ?? new LogOptions()), ApiJson.Relaxed.LogLine, cancellationToken);

    private async IAsyncEnumerable<T> ReadLinesAsync<T>(string path, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, path, _options.Timeout) { Repeatable = true, Streams = true };
        using var response = await _sender.SendAsync(call, cancellationToken);
        await foreach (var line in LineReader.ReadAsync(response, _options.Endpoint, type, cancellationToken)) yield return line;
    }

    private static string LogQuery(LogOptions options)
    {
        List<string> query = [];
        if (options.Since is { } since) query.Add($"since={since.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffffffZ}");
        if (options.Limit is { } limit) query.Add($"limit={limit}");
        if (options.Follow) query.Add("follow=true");
        return query.Count == 0 ? "" : "?" + string.Join('&', query);
    }
}
