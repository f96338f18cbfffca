using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bench.Measuring;

/// <summary>Starting and ending other programs.</summary>
internal static class Programs
{
    /// <summary>Runs a program to its end; returns its standard output.</summary>
    /// <exception cref="BenchException">It could not start or ended with a status other than 0; the message holds its standard error.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = Start(program, arguments, redirect: true);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
                throw new BenchException($"{program} ended with status {process.ExitCode}: {(await errors).Trim()} {(await output).Trim()}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Milliseconds from before the start of a program to its end.</summary>
    /// <exception cref="BenchException">It ended with a status other than 0.</exception>
    public static async Task<double> TimeAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Start(program, arguments, redirect: false);
        await process.WaitForExitAsync(cancellation);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return process.ExitCode == 0 ? elapsed : throw new BenchException($"{program} ended with status {process.ExitCode}");
    }

    /// <param name="redirect">Whether output goes to pipes that the caller reads; otherwise it joins the bench's own.</param>
    public static Process Start(string program, IEnumerable<string> arguments, bool redirect)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = redirect, RedirectStandardError = redirect };
        try
        {
            return Process.Start(start) ?? throw new BenchException($"{program} did not start");
        }
        catch (Win32Exception failure)
        {
            throw new BenchException($"{program} did not start: {failure.Message}", failure);
        }
    }

    /// <summary>A loopback port that nothing listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Returns when the address answers 200.</summary>
    /// <exception cref="BenchException">The program ended, or the deadline passed.</exception>
    public static async Task WaitForAsync(Uri address, Process server, TimeSpan deadline, CancellationToken cancellation)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < deadline)
        {
            if (server.HasExited)
                throw new BenchException($"{server.StartInfo.FileName} ended with status {server.ExitCode} before it answered");
            try
            {
                using var answer = await client.GetAsync(address, cancellation);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception refused) when (refused is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // Not listening yet.
            }

            await Task.Delay(50, cancellation);
        }

        throw new BenchException($"{address} did not answer within {deadline.TotalSeconds:0} s");
    }
}
