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
    private int _databases;

    private string Data => Path.Combine(_folder.FullName, "data");

    public async Task InitializeAsync()
    {
        // The server refuses to be root's.
        if (Environment.UserName == "root")
            await RunAsync("/bin/chown", Nobody, _folder.FullName);
        await ServerProgramAsync("initdb", "-D", Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await StartAsync();
        AppDomain.CurrentDomain.ProcessExit += StopAtExit;
    }

    public async Task DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= StopAtExit;
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
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

    public Task StartAsync() => ServerProgramAsync(
        "pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(_folder.FullName, "log"), "-o", $"-c listen_addresses= -c unix_socket_directories={_folder.FullName} -c fsync=off");

    /// <summary>Every connection is cut.</summary>
    public Task StopAsync() => ServerProgramAsync("pg_ctl", "stop", "-w", "-m", "fast", "-D", Data);

    /// <summary>It neither answers nor goes away.</summary>
    public Task HangAsync() => SignalAsync("STOP");

    public Task WakeAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string signal)
    {
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0];
        await RunAsync("/bin/sh", "-c", $"kill -{signal} {postmaster} $(pgrep -P {postmaster})");
    }

    private void StopAtExit(object? sender, EventArgs e) => StopAsync().Wait(Patience);

    private static Task ServerProgramAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("/usr/bin/setpriv", [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", Path.Combine(Programs, program), .. arguments])
        : RunAsync(Path.Combine(Programs, program), arguments);

    // Without pipes: a server that a program leaves running would keep them open.
    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}");
    }
}
