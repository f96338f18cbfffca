using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Workers;

/// <summary>How the end of a runtime process is told to a caller. Source: recorded responses.</summary>
internal static class ExitReason
{
    private const int Killed = 9;

    public static string Of(SandboxExit exit) => exit switch
    {
        { ExitCode: 137, OutOfMemory: true } => Signal(Killed),
        { Signal: { } signal } => Signal(signal),
        { ExitCode: 0 } => "Runtime exited without providing a reason",
        _ => $"Runtime exited with error: exit status {exit.ExitCode}",
    };

    // Signals by the names AWS prints.
    private static string Signal(int number) => "Runtime exited with error: signal: " + number switch
    {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        Killed => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        15 => "terminated",
        _ => $"signal {number}",
    };
}
