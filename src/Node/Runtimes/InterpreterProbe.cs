using System.Diagnostics;

namespace Hearth.Node.Runtimes;

/// <summary>Asks an interpreter for its version, within a deadline.</summary>
internal sealed class InterpreterProbe(TimeSpan deadline, TimeProvider time)
{
    /// <exception cref="InterpreterProbeException">It could not be run, did not answer in time, or told no version.</exception>
    public async Task<string> VersionAsync(string interpreter, VersionProbe probe, CancellationToken cancellation)
    {
        using var process = Start(interpreter, probe.Arguments);
        using var timeout = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            var text = await output + await errors;
            if (process.ExitCode != 0)
                throw new InterpreterProbeException($"{interpreter} ended with exit code {process.ExitCode} when asked for its version.");
            return probe.Find(text)
                ?? throw new InterpreterProbeException($"{interpreter} answered '{text.Trim()}', in which '{probe.Pattern}' finds no version.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InterpreterProbeException($"{interpreter} did not tell its version within {deadline.TotalSeconds} s.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string interpreter, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(interpreter, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // What a sandbox will see of the node's environment: nothing.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InterpreterProbeException($"{interpreter} cannot be run: {e.Message}", e);
        }
    }
}

/// <summary>An interpreter that cannot be used.</summary>
internal sealed class InterpreterProbeException(string message, Exception? inner = null) : Exception(message, inner);
