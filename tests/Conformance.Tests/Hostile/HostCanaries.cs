using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Conformance.Tests.Hostile;

/// <summary>Things on the machine that no function may see, reach, change or end.</summary>
internal sealed class HostCanaries : IAsyncDisposable
{
    private static readonly string[] Settings = ["kernel/core_pattern", "kernel/hostname", "kernel/modprobe", "kernel/sysrq", "vm/overcommit_memory"];

    private readonly List<(string Path, DateTime Written)> _files = [];
    private readonly Dictionary<string, string> _settings = Settings.Where(name => File.Exists($"/proc/sys/{name}")).ToDictionary(name => name, Setting);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Process _process;
    private int _connections;

    private HostCanaries(string[] folders)
    {
        foreach (var path in folders.Select(folder => Path.Combine(folder, "canary")))
        {
            File.WriteAllText(path, Secret);
            _files.Add((path, File.GetLastWriteTimeUtc(path)));
        }

        _listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        _listener.Listen();
        _ = AcceptAsync();
        _process = Process.Start(new ProcessStartInfo("/bin/sleep", ["infinity"]) { Environment = { ["CANARY"] = Secret } })!;
    }

    /// <param name="folders">Each gets a file.</param>
    public static HostCanaries Place(params string[] folders) => new(folders);

    /// <summary>In the files and in the process's environment.</summary>
    public string Secret { get; } = $"secret-{Guid.NewGuid():N}";

    /// <summary>Of the machine: every address but loopback is as good.</summary>
    public static string Address { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(link => link.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))?.ToString() ?? "192.0.2.2";

    /// <summary>Listened on at every address of the machine.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public int ProcessId => _process.Id;

    public IReadOnlyList<string> Files => [.. _files.Select(file => file.Path)];

    public void AssertUntouched()
    {
        Assert.All(_files, file => Assert.Equal((Secret, file.Written), (File.ReadAllText(file.Path), File.GetLastWriteTimeUtc(file.Path))));
        Assert.Equal(0, Volatile.Read(ref _connections));
        Assert.False(_process.HasExited);
        Assert.All(_settings, setting => Assert.Equal(setting.Value, Setting(setting.Key)));
        // Far more than a sandbox may have, so that it is the machine that has run short.
        var free = int.Parse(File.ReadAllText("/proc/sys/kernel/pid_max")) - Directory.GetDirectories("/proc").Count(folder => int.TryParse(Path.GetFileName(folder), out _));
        Assert.True(free > 4_096, $"only {free} process ids are free");
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                (await _listener.AcceptAsync()).Dispose();
                Interlocked.Increment(ref _connections);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The end of the suite.
        }
    }

    private static string Setting(string name) => File.ReadAllText($"/proc/sys/{name}");
}
