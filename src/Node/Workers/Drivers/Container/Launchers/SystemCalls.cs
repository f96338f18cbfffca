using System.Diagnostics;
using System.Globalization;

namespace Hearth.Node.Workers.Drivers.Container.Launchers;

/// <summary>The numbers of this machine's system calls, as the kernel's headers had them where the launcher was compiled.</summary>
internal static class SystemCalls
{
    /// <exception cref="InvalidOperationException">The program is missing or cannot do its work here; the message says why.</exception>
    public static IReadOnlyDictionary<string, int> AskedOf(string program)
    {
        if (!File.Exists(program))
            throw new InvalidOperationException($"{program} is missing: it is built where gcc and libc6-dev are installed.");
        try
        {
            using var asked = System.Diagnostics.Process.Start(new ProcessStartInfo(program, "--syscalls") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (answer, complaint) = (asked.StandardOutput.ReadToEnd(), asked.StandardError.ReadToEnd());
            asked.WaitForExit();
            return asked.ExitCode == 0 ? Parse(answer) : throw new InvalidOperationException(complaint.Trim());
        }
        catch (System.ComponentModel.Win32Exception refused)
        {
            throw new InvalidOperationException($"{program} cannot be executed: {refused.Message}", refused);
        }
    }

    private static Dictionary<string, int> Parse(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => int.Parse(words[1], CultureInfo.InvariantCulture));
}
