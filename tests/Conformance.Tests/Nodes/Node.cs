using System.Net.Http.Headers;
using System.Text;
using Conformance.Tests.Functions;
using Hearth.Client;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Nodes;

/// <summary>A running node with a data directory of its own, and every way to talk to it.</summary>
public sealed class Node : IAsyncDisposable
{
    private static int _names;

    private readonly string? _network;
    private readonly string _listens;
    private readonly string[] _options;
    private readonly HashSet<string> _environments = [];
    private readonly HashSet<string> _homes = [];
    private NodeProcess? _process;
    private HttpClient? _http;
    private HearthClient? _client;

    private Node(string driver, string? network, string http, string[] options)
    {
        Driver = driver;
        _network = network;
        _listens = http;
        _options = options;
        Folder = Directory.CreateTempSubdirectory("hearth-conformance-").FullName;
    }

    /// <summary><c>container</c> or <c>process</c>.</summary>
    public string Driver { get; }

    public bool IsContainer => Driver == "container";

    /// <summary>The program it is the next time it starts; null for the one that these tests are built with.</summary>
    public string? Program { get; set; }

    /// <summary>Removed with the node.</summary>
    public string Folder { get; }

    public string Data => Path.Combine(Folder, "data");

    public Uri Address => Http.BaseAddress!;

    /// <summary>Sends each request once.</summary>
    public HttpClient Http => _http ?? throw new InvalidOperationException("The node does not run.");

    /// <summary>Retries nothing, so that every refusal is seen.</summary>
    public HearthClient Client => _client ?? throw new InvalidOperationException("The node does not run.");

    internal NodeProcess Process => _process ?? throw new InvalidOperationException("The node was never started.");

    public static async Task<Node> StartAsync(string driver, params string[] options)
    {
        var node = new Node(driver, null, "127.0.0.1:0", options);
        await node.StartAsync();
        return node;
    }

    /// <summary>A node that has not been started, in a network namespace of <c>ip netns</c>.</summary>
    /// <param name="http">Where its API listens.</param>
    public static Node In(string network, string http, string driver, params string[] options) => new(driver, network, http, options);

    /// <summary>Starts it, again where it has run before, on the same data.</summary>
    public async Task StartAsync()
    {
        await BeginAsync();
        await Patience.UntilAsync(async () => (await GetAsync("readyz")).Status == 200, "the node is ready");
    }

    /// <summary>Starts it, and does not wait until it is ready.</summary>
    public async Task BeginAsync()
    {
        Disconnect();
        _process = NodeProcess.StartIn(_network, ["--data", Data, "--http", _listens, "--runtimes", Repository.RuntimesOf(Program), "--sandbox", Driver, .. _options], Program);
        var address = await _process.AddressAsync();
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(3) };
        _client = new HearthClient(new HearthClientOptions { Endpoint = address, Retry = new RetryOptions { MaxAttempts = 1 } });
    }

    public async Task StopAsync()
    {
        await Process.StopAsync();
        Disconnect();
    }

    public async Task KillAsync()
    {
        await Process.KillAsync();
        Disconnect();
    }

    /// <summary>A name no other test uses.</summary>
    public static string NewName(string about = "f") => $"{about}-{Interlocked.Increment(ref _names)}";

    /// <summary>Creates a function and waits until it is active.</summary>
    /// <param name="configure">Further members of the request.</param>
    internal async Task<TestFunction> CreateAsync(Source source, Func<CreateFunctionRequest, CreateFunctionRequest>? configure = null)
    {
        var request = source.Request(NewName());
        var created = await Client.CreateFunctionAsync(configure?.Invoke(request) ?? request);
        await Client.WaitUntilActiveAsync(created.FunctionName);
        return new TestFunction(this, created.FunctionName);
    }

    internal Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    internal Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    internal Task<Answer> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), headers);

    internal Task<Answer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, Encoding.UTF8.GetBytes(body));

    /// <summary>Sends exactly this, and reads whatever comes back.</summary>
    internal async Task<Answer> SendAsync(HttpMethod method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>The names of every function's sandboxes; remembered, to look for what they leave.</summary>
    public async Task<IReadOnlyList<string>> EnvironmentsAsync()
    {
        var found = new List<string>();
        await foreach (var function in Client.ListFunctionsAsync())
        {
            var listed = await GetAsync(NodeApi.Environments(function.FunctionName));
            if (listed.Status == 200)
                found.AddRange(listed.Json.GetProperty("Environments").EnumerateArray().Select(one => (one.TryGetProperty("Sandbox", out var sandbox) ? sandbox : one.GetProperty("EnvironmentId")).GetString()!));
        }

        _environments.UnionWith(found);
        _homes.UnionWith(Remains.HomesOf(_environments));
        return found;
    }

    /// <summary>What there is of its environments' sandboxes by now.</summary>
    public IReadOnlyList<string> FindSandboxes() => Remains.Of(_environments);

    /// <summary>What holds the /tmp of its sandboxes.</summary>
    public IReadOnlyList<string> FindDisks() => Remains.DisksOn(Data);

    /// <summary>What its environments have left by now, and which of the node's own folders are still there.</summary>
    public IReadOnlyList<string> FindRemains() =>
        [.. Remains.Of(_environments), .. Remains.ProcessesOn(Data), .. FindDisks(), .. _homes.Where(Directory.Exists)];

    /// <summary>Ends it and fails where anything of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_http is not null)
        {
            await EnvironmentsAsync();
            await StopAsync();
        }

        if (_process is not null)
            await _process.DisposeAsync();
        var remains = FindRemains();
        Directory.Delete(Folder, recursive: true);
        Assert.Empty(remains);
    }

    /// <summary>Kills it and what it runs, whatever its state, and removes its folder.</summary>
    public async Task AbandonAsync()
    {
        if (_process is not null)
        {
            if (_http is not null)
                await KillAsync();
            await _process.DisposeAsync();
        }

        foreach (var left in Remains.ProcessesOn(Data))
            await Tools.Command.TryRunAsync("/bin/kill", ["-KILL", left.Split(':')[0]]);
        Directory.Delete(Folder, recursive: true);
    }

    private void Disconnect()
    {
        _http?.Dispose();
        _client?.Dispose();
        (_http, _client) = (null, null);
    }
}
