using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Process;

/// <summary>One child process, its session, its folder and its Runtime API listener.</summary>
/// <param name="onStopped">Called when no process is left.</param>
/// <param name="removeScratch">Removes the folder unless a later sandbox of the same environment has it.</param>
internal sealed class ProcessSandbox(SandboxSpec spec, string home, Action onStopped, Action<ProcessSandbox> removeScratch) : ISandbox
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE
    private static readonly TimeSpan PeakAge = TimeSpan.FromMilliseconds(50), ExitDeadline = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private OutputPipe? _output;
    private Socket? _listener;
    private ChildProcess? _child;
    private string _name = "";
    private Task<SandboxExit>? _exited;
    private Task? _stopped;
    private long _peak, _peakReadAt;

    public string Name => _name;

    public string Home => home;

    public string Scratch { get; } = Path.Combine(home, "tmp");

    public string OutputPath => _output!.Path;

    public Task<SandboxExit> Exited => _exited!;

    /// <summary>Of the runtime process alone; the kernel keeps no such sum for a session.</summary>
    public long PeakMemoryBytes
    {
        get
        {
            lock (_gate)
            {
                if (_peak == 0 || Stopwatch.GetElapsedTime(_peakReadAt) >= PeakAge)
                    ReadPeak();
                return _peak;
            }
        }
    }

    public bool OutOfMemory => false;

    public void Prepare(Socket listener)
    {
        _listener = listener;
        Directory.CreateDirectory(Scratch);
        // A name of its own: an earlier sandbox of the environment may have left its pipe beside the kept scratch.
        _output = OutputPipe.Create(Path.Combine(home, $"output-{Guid.NewGuid():N}"));
    }

    public unsafe void Attach(string name, int pid)
    {
        _name = name;
        // The node's own limit is as high as the machine allows; Lambda's is this.
        var limits = stackalloc ulong[2] { 1024, 1024 };
        _ = Libc.ProcessLimit(pid, OpenFiles, limits, null);
        _output!.ForwardTo(spec.Output); // First: it may have ended already.
        _child = ChildProcess.Watch(pid, _output.Drain);
        _exited = ReportExitAsync(_child);
    }

    public void DrainOutput() => _output!.Drain();

    public void Freeze()
    {
        // A session has no switch for all its processes, and what one of them started may have left it.
    }

    public void Thaw()
    {
    }

    public void ApplyCpuShare()
    {
        // A plain process has no CPU limit to begin with.
    }

    public async Task StopAsync(bool keepScratch)
    {
        Task stopped;
        lock (_gate)
            stopped = _stopped is { IsFaulted: false, IsCanceled: false } ? _stopped : _stopped = StopOnceAsync(); // A failed one is tried again.
        await stopped;
        if (!keepScratch)
            removeScratch(this);
    }

    private static async Task<SandboxExit> ReportExitAsync(ChildProcess child)
    {
        var status = await child.Exited;
        return new SandboxExit(status.ExitCode, status.Signal, OutOfMemory: false);
    }

    private async Task StopOnceAsync()
    {
        try
        {
            if (_child is not null)
            {
                _child.Kill();
                await MarkedProcesses.KillAsync(MarkedProcesses.EnvironmentVariable, _name, _child.Pid, CancellationToken.None);
                await _child.Exited.WaitAsync(ExitDeadline);
            }

            _output?.Drain();
        }
        finally
        {
            _output?.Close();
            if (_output is not null)
                File.Delete(_output.Path);
            _listener?.Dispose();
        }

        onStopped(); // Not after a failure: the environment's next sandbox must not meet this one alive.
    }

    private void ReadPeak()
    {
        _peakReadAt = Stopwatch.GetTimestamp();
        if (_child is null)
            return;
        // "VmHWM:     1760 kB"; the line is absent once the process has ended, and the last value stays.
        var line = Encoding.ASCII.GetString(ProcFile.Read(_child.Pid, "status")).Split('\n').FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        if (line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kib, ..] && long.TryParse(kib, out var value))
            _peak = Math.Max(_peak, value * 1024);
    }
}
