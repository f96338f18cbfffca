using System.Diagnostics;

namespace Hearth.Node.Tests.Storage;

/// <summary>A PostgreSQL server of the machine's own programs, on a socket in a folder of its own, gone with the tests that share it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string User = "hearth", Nobody = "65534";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // As Debian installs it, the newest.
    private static readonly string Programs = Path.Combine(
        Directory.EnumerateDirectories("/usr/lib/postgresql").OrderBy(folder => int.Parse(Path.GetFileName(folder))).Last(), "bin");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-pg-");
    private Process? _server;
    private int _databases;

    private string Data => Path.Combine(_folder.FullName, "data");

    public async Task InitializeAsync()
    {
        // The server refuses to be root's.
        if (Environment.UserName == "root")
            await RunAsync("/bin/chown", Nobody, _folder.FullName);
        await RunAsync(AsServer("initdb", "-D", Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"));
        await StartAsync();
        AppDomain.CurrentDomain.ProcessExit += StopAtExit;
    }

    public async Task DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= StopAtExit;
        if (_server is not null)
            await StopAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Npgsql's connection string of a new, empty database.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"hearth_{Interlocked.Increment(ref _databases)}";
        await RunAsync(Path.Combine(Programs, "createdb"), "-h", _folder.FullName, "-U", User, name);
        return $"Host={_folder.FullName};Database={name};Username={User}";
    }

    // Of this process, which is told of its end: whoever starts sandboxes adopts orphans, and its tests look for zombies.
    public async Task StartAsync()
    {
        _server = Start(AsServer("postgres", "-D", Data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={_folder.FullName}", "-c", "fsync=off"));
        await RunAsync("/bin/sh", "-c", $"until {Programs}/pg_isready -q -h {_folder.FullName}; do sleep 0.05; done");
    }

    /// <summary>Every connection is cut.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("INT");
        await _server!.WaitForExitAsync().WaitAsync(Patience);
        _server.Dispose();
        _server = null;
    }

    /// <summary>SIGKILL, of all its processes: it has to recover when it starts.</summary>
    public async Task KillAsync()
    {
        await RunAsync("/bin/sh", "-c", $"all=\"{_server!.Id} $(pgrep -P {_server.Id} | tr '\\n' ' ')\"; kill -KILL $all; for one in $all; do while [ -d /proc/$one ]; do sleep 0.05; done; done");
        _server.Dispose();
        _server = null;
    }

    /// <summary>It neither answers nor goes away.</summary>
    public Task HangAsync() => SignalAllAsync("STOP");

    public Task WakeAsync() => SignalAllAsync("CONT");

    private Task SignalAsync(string signal) => RunAsync("/bin/kill", $"-{signal}", $"{_server!.Id}");

    private Task SignalAllAsync(string signal) => RunAsync("/bin/sh", "-c", $"kill -{signal} {_server!.Id} $(pgrep -P {_server.Id})");

    private void StopAtExit(object? sender, EventArgs e) => _server?.Kill();

    private static string[] AsServer(string program, params string[] arguments) => Environment.UserName == "root"
        ? ["/usr/bin/setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", Path.Combine(Programs, program), .. arguments]
        : [Path.Combine(Programs, program), .. arguments];

    private async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with exit code {process.ExitCode}");
    }

    private Process Start(string[] command) =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null 2>> \"$0\"", Path.Combine(_folder.FullName, "log"), .. command]) { WorkingDirectory = "/" })!;
}
