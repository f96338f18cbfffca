using System.Text;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// A control group's file. Written with three system calls: File.WriteAllText makes nine, which count where a sandbox needs
/// twenty such files and a first invocation waits for some of them.
/// </summary>
internal static class ControlFile
{
    private const int Truncate = 0x200, Mode = 0x1a4; // rw-r--r--, where it is an ordinary file, as in tests.

    /// <exception cref="IOException">The kernel refused; the message names the file.</exception>
    public static unsafe void Write(string path, string text)
    {
        var descriptor = Libc.Check(Libc.Open(path, Libc.WriteOnly | Libc.Create | Truncate | Libc.CloseOnExec, Mode), $"open {path}");
        var bytes = Encoding.ASCII.GetBytes(text);
        try
        {
            fixed (byte* start = bytes)
                Libc.Check((int)Libc.Write(descriptor, start, bytes.Length), $"write \"{text}\" to {path}");
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }
}
