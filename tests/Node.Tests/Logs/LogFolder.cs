using System.Text;
using Hearth.Contracts.Api;
using Hearth.Node.Logs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.Logs;

/// <summary>Logs in a folder of their own, removed with the test.</summary>
public abstract class LogFolder : IAsyncLifetime
{
    private protected const string Stream = "2026/11/02/[$LATEST]0123456789abcdef0123456789abcdef";

    private protected LogFolder()
    {
        Root = Directory.CreateTempSubdirectory("hearth-logs-").FullName;
        Logs = Open();
    }

    private protected string Root { get; }

    private protected ManualClock Clock { get; } = new();

    private protected FunctionLogs Logs { get; private set; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Logs.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private protected static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private protected FunctionLogs Open(FunctionLogOptions? options = null, ILogger<FunctionLogs>? logger = null) =>
        new(Root, options ?? new FunctionLogOptions(), Clock, logger ?? NullLogger<FunctionLogs>.Instance);

    /// <summary>Closes the logs and opens them again, as a node that restarts.</summary>
    private protected async Task ReopenAsync(FunctionLogOptions? options = null, ILogger<FunctionLogs>? logger = null)
    {
        await Logs.DisposeAsync();
        Logs = Open(options, logger);
    }

    private protected void Append(string function, string message) => Append(function, Encoding.UTF8.GetBytes(message));

    private protected void Append(string function, ReadOnlySpan<byte> message) => Logs.Append(function, Stream, Clock.GetUtcNow(), message);

    private protected async Task<List<LogLine>> ReadAsync(string function, LogQuery? query = null)
    {
        var lines = new List<LogLine>();
        await foreach (var line in Logs.ReadAsync(function, query ?? new LogQuery(), Deadline()))
            lines.Add(line);
        return lines;
    }

    private protected async Task<IEnumerable<string>> MessagesAsync(string function, LogQuery? query = null) =>
        (await ReadAsync(function, query)).Select(line => line.Message);

    private protected string[] Files(string function) =>
        Directory.Exists(Path.Combine(Root, function)) ? [.. Directory.GetFiles(Path.Combine(Root, function)).Order(StringComparer.Ordinal)] : [];
}
