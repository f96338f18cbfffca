using System.Globalization;
using Hearth.Node.Workers.Drivers.Native;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Node.Workers.Drivers.Container.Volumes;

/// <summary>A file as a block device (<c>/dev/loopN</c>), for as long as this holds it or it is mounted: the kernel lets go of it by itself.</summary>
internal sealed class LoopDevice : IDisposable
{
    private const nuint GetFree = 0x4c82, Configure = 0x4c0a; // LOOP_CTL_GET_FREE; LOOP_CONFIGURE, from the kernel's 5.8 on.
    private const int Busy = 16, Attempts = 1_000;
    private const uint AutoClear = 4, DirectIo = 16;

    private readonly int _descriptor;

    private LoopDevice(string path, int descriptor) => (Path, _descriptor) = (path, descriptor);

    public string Path { get; }

    /// <exception cref="IOException">This machine has no loop devices to give.</exception>
    public static LoopDevice Attach(SafeFileHandle file)
    {
        var control = Libc.Check(Libc.Open("/dev/loop-control", Libc.ReadWrite | Libc.CloseOnExec, 0), "open /dev/loop-control");
        try
        {
            for (var attempt = 1; ; attempt++)
                if (TryAttach(control, file, mayBeBusy: attempt < Attempts) is { } device)
                    return device;
        }
        finally
        {
            _ = Libc.Close(control);
        }
    }

    public void Dispose() => _ = Libc.Close(_descriptor);

    // A device that is free by what the kernel says may be another's by the time it is configured.
    private static unsafe LoopDevice? TryAttach(int control, SafeFileHandle file, bool mayBeBusy)
    {
        var number = Libc.Check(Libc.Ioctl(control, GetFree, null), "ask for a free loop device");
        var path = string.Create(CultureInfo.InvariantCulture, $"/dev/loop{number}");
        var descriptor = Libc.Check(Libc.Open(path, Libc.ReadWrite | Libc.CloseOnExec, 0), $"open {path}");
        var device = new LoopDevice(path, descriptor);
        var configuration = stackalloc uint[76]; // struct loop_config, 304 bytes
        new Span<uint>(configuration, 76).Clear();
        configuration[0] = (uint)file.DangerousGetHandle();
        configuration[1] = 4_096; // Sectors as large as a disk may have, or direct input and output would not be possible on it.
        // Direct: what is written is not kept in memory twice, once for the file. Where the file's system cannot, the kernel does without.
        configuration[15] = AutoClear | DirectIo; // info.lo_flags
        if (Libc.Ioctl(descriptor, Configure, configuration) >= 0)
            return device;
        var error = Libc.LastError;
        device.Dispose();
        return error == Busy && mayBeBusy ? null : throw new IOException($"attach {path}: {Libc.Describe(error)}");
    }
}
