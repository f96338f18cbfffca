using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Images;

/// <summary>Debian's docker-registry on a free loopback port, without TLS.</summary>
internal sealed class Registry : IAsyncDisposable
{
    private readonly Process _process;

    private Registry(Process process, string host) => (_process, Host) = (process, host);

    public string Host { get; }

    /// <param name="folder">For its files.</param>
    public static async Task<Registry> StartAsync(string folder)
    {
        while (true)
        {
            var host = $"127.0.0.1:{FreePort()}";
            var settings = Path.Combine(folder, "registry.yml");
            await File.WriteAllTextAsync(settings, $"""
                version: 0.1
                storage:
                  filesystem:
                    rootdirectory: "{folder}/registry"
                http:
                  addr: "{host}"
                log:
                  level: error
                  accesslog:
                    disabled: true
                """);
            var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", settings]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.OutputDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            var registry = new Registry(process, host);
            using var http = new HttpClient();
            await Patience.UntilAsync(async () => process.HasExited || await AnswersAsync(http, host), "the registry serves");
            if (!process.HasExited)
                return registry;
            process.Dispose(); // Somebody else has taken the port.
        }
    }

    /// <summary>Copies an image of a layout to <c>name</c> or <c>name:tag</c>.</summary>
    public Task PushAsync(Layout layout, string tag, string name) => Command.RunAsync(
        "skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", layout.Uri(tag), $"docker://{Host}/{name}");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string host)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://{host}/v2/"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
