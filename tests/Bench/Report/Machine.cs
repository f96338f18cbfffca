using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bench.Report;

/// <summary>Where and of what a run was made.</summary>
/// <param name="Commit">Short, with <c>+</c> where files differ from it.</param>
internal sealed record Machine(
    string Cpu,
    int Cores,
    long MemoryMib,
    string Kernel,
    string System,
    string DotNet,
    string Python,
    string Node,
    string Runc,
    string Commit,
    DateTimeOffset At)
{
    public static bool IsRoot { get; } = Environment.UserName == "root";

    public string Summary =>
        $"{Cpu}, {Cores} cores, {MemoryMib} MiB; {System}, Linux {Kernel}; .NET {DotNet}, {Python}, Node {Node}, {Runc}; commit {Commit}; {At:yyyy-MM-dd HH:mm} UTC";

    public static Machine Describe() => new(
        Field("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024),
        Output("uname", "-r"),
        Field("/etc/os-release", "PRETTY_NAME").Trim('"'),
        RuntimeInformation.FrameworkDescription.Replace(".NET ", "", StringComparison.Ordinal),
        Output("/usr/bin/python3", "--version"),
        Output("/usr/bin/node", "--version"),
        Output("runc", "--version"),
        Output("git", "rev-parse --short HEAD") + (Output("git", "status --porcelain").Length > 0 ? "+" : ""),
        TimeProvider.System.GetUtcNow());

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split([':', '='], 2) is [_, var value]
            ? value.Trim()
            : "unknown";

    /// <summary>The first line that a program writes, or "none" where there is no such program.</summary>
    private static string Output(string program, string arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return text.Split('\n')[0].Trim();
        }
        catch (Win32Exception)
        {
            return "none";
        }
    }
}
