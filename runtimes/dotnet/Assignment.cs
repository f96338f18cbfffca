using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// The blank start: a process that does not know yet which function it is for reads its environment variables from a
/// descriptor, as NUL-terminated records NAME=VALUE. Until their end it touches neither the task folder nor the network.
/// </summary>
internal static class Assignment
{
    private const string Descriptor = "HEARTH_ASSIGNMENT_FD";

    /// <summary>Waits for the assignment, where there is to be one; false where it turned out that there is none.</summary>
    public static bool Take()
    {
        if (Environment.GetEnvironmentVariable(Descriptor) is not { } number)
            return true;
        WarmUp.Run();
        SayReady();
        Environment.SetEnvironmentVariable(Descriptor, null);
        var records = Read(int.Parse(number, CultureInfo.InvariantCulture));
        foreach (var record in records)
        {
            var equals = record.IndexOf('=');
            Environment.SetEnvironmentVariable(record[..equals], record[(equals + 1)..]);
        }

        if (Environment.GetEnvironmentVariable("LAMBDA_TASK_ROOT") is { Length: > 0 } task && records.Length > 0)
            Environment.CurrentDirectory = task; // even if it is that already: another folder lies over it now
        return records.Length > 0;
    }

    /// <summary>A zero byte on standard output, which the node takes for itself.</summary>
    private static void SayReady()
    {
        using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        output.WriteByte(0);
    }

    private static string[] Read(int descriptor)
    {
        using var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }
}
