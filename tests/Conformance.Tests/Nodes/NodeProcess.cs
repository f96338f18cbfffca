using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Nodes;

/// <summary>One <c>hearth-node</c> process and what it printed.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<int, NodeProcess> Living = new();

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A test run that is cut short takes its nodes along; each removes its sandboxes when it is terminated.
    static NodeProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var id in Living.Keys)
            Process.Start("/bin/kill", ["-TERM", $"{id}"]).WaitForExit();
        foreach (var node in Living.Values)
            node._process.WaitForExit(Patience.Stop);
    };

    private NodeProcess(Process process) => _process = process;

    /// <summary>Every line on standard output and standard error so far.</summary>
    public string Output => string.Join('\n', _output);

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _exited.Task.IsCompleted;

    public int Id => _process.Id;

    /// <summary>The most memory it has had since <see cref="ForgetPeakMemory"/>, in bytes.</summary>
    public long PeakMemoryBytes => File.ReadLines($"/proc/{Id}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) * 1_024).Single();

    public void ForgetPeakMemory() => File.WriteAllText($"/proc/{Id}/clear_refs", "5");

    /// <summary>Starts a node; it may not serve yet, or never.</summary>
    public static NodeProcess Start(params ReadOnlySpan<string> options) => StartIn(null, options);

    /// <summary>The same in a network namespace of <c>ip netns</c>; null for the machine's own.</summary>
    /// <param name="program">Of another version; null for the one that these tests are built with.</param>
    public static NodeProcess StartIn(string? network, ReadOnlySpan<string> options, string? program = null)
    {
        // Not by ip netns exec, which mounts /sys anew, without its control groups.
        program ??= Repository.Node;
        string[] command = network is null ? [program, .. options] : ["/usr/bin/nsenter", $"--net=/run/netns/{network}", program, .. options];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HEARTH_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);

        var node = new NodeProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        node._process.OutputDataReceived += (_, line) => node.Read(line.Data);
        node._process.ErrorDataReceived += (_, line) => node.Read(line.Data);
        node._process.Start();
        Living[node._process.Id] = node;
        node._process.BeginOutputReadLine();
        node._process.BeginErrorReadLine();
        _ = node.WatchAsync();
        return node;
    }

    /// <summary>Where it serves, once it does.</summary>
    public async Task<Uri> AddressAsync()
    {
        var first = await Task.WhenAny(_address.Task, _exited.Task).WaitAsync(Patience.Start);
        return first == _address.Task
            ? await _address.Task
            : throw new InvalidOperationException($"The node ended with exit code {ExitCode}:\n{Output}");
    }

    /// <summary>Until the process has ended, by itself or by a signal.</summary>
    public Task ExitedAsync() => _exited.Task.WaitAsync(Patience.Stop);

    /// <summary>SIGTERM, as a service manager ends it.</summary>
    public async Task StopAsync()
    {
        await Command.RunAsync("/bin/kill", "-TERM", $"{_process.Id}");
        await ExitedAsync();
    }

    /// <summary>It stands still, and whoever talks to it waits.</summary>
    public Task HangAsync() => Command.RunAsync("/bin/kill", "-STOP", $"{_process.Id}");

    public Task WakeAsync() => Command.RunAsync("/bin/kill", "-CONT", $"{_process.Id}");

    /// <summary>SIGKILL, as a crash ends it: nothing is tidied up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_exited.Task.IsCompleted)
            await StopAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (ServesLine().Match(line) is { Success: true } serves)
            _address.TrySetResult(new Uri(serves.Groups["address"].Value));
    }

    private async Task WatchAsync()
    {
        await _process.WaitForExitAsync();
        Living.TryRemove(_process.Id, out _);
        _exited.TrySetResult();
    }

    [GeneratedRegex(@"hearth-node serves the Lambda API on (?<address>http://[^;\s]+)")]
    private static partial Regex ServesLine();
}
