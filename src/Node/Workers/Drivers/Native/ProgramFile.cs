using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>
/// Whether the kernel will execute a file. Asked before a start, since a container's runtime ends with exit code 1 when
/// its exec fails, which looks like a failure of the function.
/// </summary>
internal static class ProgramFile
{
    private const int HeaderBytes = 20, MachineOffset = 18;
    private const ushort MachineX64 = 62, MachineArm64 = 183;

    /// <returns>Null, or why it cannot be executed, in the kernel's words.</returns>
    public static string? Refusal(string path)
    {
        const UnixFileMode anyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & anyExecute) == 0)
            return "permission denied";
        Span<byte> header = stackalloc byte[HeaderBytes];
        using var file = File.OpenRead(path);
        var read = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (header[..read].StartsWith("#!"u8))
            return null;
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? MachineArm64 : MachineX64;
        return read == HeaderBytes && header.StartsWith("\u007fELF"u8) && BinaryPrimitives.ReadUInt16LittleEndian(header[MachineOffset..]) == machine
            ? null
            : "exec format error";
    }
}
