using System.Text;
using Conformance.Tests.Nodes;
using Hearth.Client;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Functions;

/// <summary>A function of one test.</summary>
internal sealed class TestFunction(Node node, string name)
{
    public string Name => name;

    public string Path => $"2015-03-31/functions/{name}";

    public Task<Answer> InvokeAsync(string payload = "{}", params (string Name, string Value)[] headers) =>
        InvokeAsync(Encoding.UTF8.GetBytes(payload), headers);

    public Task<Answer> InvokeAsync(byte[] payload, params (string Name, string Value)[] headers) =>
        node.SendAsync(HttpMethod.Post, $"{Path}/invocations", payload, headers);

    /// <summary>Asks for the end of the log as well.</summary>
    public Task<Answer> InvokeTailedAsync(string payload = "{}") => InvokeAsync(payload, ("X-Amz-Log-Type", "Tail"));

    public async Task UpdateCodeAsync(Source source)
    {
        await node.Client.UpdateFunctionCodeAsync(name, new UpdateFunctionCodeRequest { ZipFile = source.Zip() });
        await node.Client.WaitUntilUpdatedAsync(name);
    }

    public async Task UpdateConfigurationAsync(UpdateFunctionConfigurationRequest request)
    {
        await node.Client.UpdateFunctionConfigurationAsync(name, request);
        await node.Client.WaitUntilUpdatedAsync(name);
    }

    public Task DeleteAsync() => node.Client.DeleteFunctionAsync(name);

    /// <summary>The log as it stands.</summary>
    public async Task<IReadOnlyList<LogLine>> LogAsync()
    {
        var lines = new List<LogLine>();
        await foreach (var line in node.Client.ReadLogsAsync(name, new LogOptions()))
            lines.Add(line);
        return lines;
    }

    public async Task<IReadOnlyList<EnvironmentDescription>> EnvironmentsAsync() =>
        (await node.Client.ListEnvironmentsAsync(name)).Environments;
}
