using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>
/// The first process of a container: it starts the runtime as its child, reaps what the runtime's children leave
/// behind, and writes how the runtime ended to descriptor 3. Without it the runtime itself would be process 1, to which
/// the kernel gives no signal that it has no handler for (a function that kills itself would go on), and whose
/// orphans would stay as zombies until the process limit is reached.
/// A program of 155 bytes, written out here: a C compiler would be one more thing to install, and a shell in its
/// place cannot tell "exit 137" from a kill.
/// </summary>
internal static class ContainerInit
{
    private const int HeaderBytes = 64 + 56;
    private const ulong LoadAddress = 0x400000;

    // x64; registers: ebx the runtime's pid, r13 its arguments, r14 its environment.
    private static readonly byte[] Code =
    [
        0x4c, 0x8b, 0x24, 0x24, // mov r12, [rsp]               argc
        0x4c, 0x8d, 0x6c, 0x24, 0x10, // lea r13, [rsp+16]            &argv[1]
        0x4e, 0x8d, 0x74, 0xe4, 0x10, // lea r14, [rsp+r12*8+16]      environ
        0xbf, 3, 0, 0, 0, // mov edi, 3                   fcntl(3, F_SETFD, FD_CLOEXEC): not for the runtime
        0xbe, 2, 0, 0, 0, // mov esi, 2
        0xba, 1, 0, 0, 0, // mov edx, 1
        0xb8, 72, 0, 0, 0, // mov eax, 72
        0x0f, 0x05, // syscall
        0xb8, 57, 0, 0, 0, // mov eax, 57                  fork()
        0x0f, 0x05, // syscall
        0x85, 0xc0, // test eax, eax
        0x74, 0x38, // je child
        0x78, 0x5e, // js failed
        0x89, 0xc3, // mov ebx, eax
        0x48, 0x83, 0xec, 0x10, // sub rsp, 16
        0xbf, 0xff, 0xff, 0xff, 0xff, // wait: mov edi, -1             wait4(-1, rsp, 0, 0) until it is the runtime
        0x48, 0x89, 0xe6, // mov rsi, rsp
        0x31, 0xd2, // xor edx, edx
        0x45, 0x31, 0xd2, // xor r10d, r10d
        0xb8, 61, 0, 0, 0, // mov eax, 61
        0x0f, 0x05, // syscall
        0x39, 0xd8, // cmp eax, ebx
        0x75, 0xe8, // jne wait
        0xbf, 3, 0, 0, 0, // mov edi, 3                   write(3, status, 4)
        0x48, 0x89, 0xe6, // mov rsi, rsp
        0xba, 4, 0, 0, 0, // mov edx, 4
        0xb8, 1, 0, 0, 0, // mov eax, 1
        0x0f, 0x05, // syscall
        0x31, 0xff, // xor edi, edi
        0xeb, 0x2d, // jmp exit
        0x49, 0x8b, 0x7d, 0x00, // child: mov rdi, [r13]         execve(argv[1], &argv[1], environ)
        0x4c, 0x89, 0xee, // mov rsi, r13
        0x4c, 0x89, 0xf2, // mov rdx, r14
        0xb8, 59, 0, 0, 0, // mov eax, 59
        0x0f, 0x05, // syscall
        0x89, 0x04, 0x24, // mov [rsp], eax               it failed: write(3, -errno, 4)
        0xbf, 3, 0, 0, 0, // mov edi, 3
        0x48, 0x89, 0xe6, // mov rsi, rsp
        0xba, 4, 0, 0, 0, // mov edx, 4
        0xb8, 1, 0, 0, 0, // mov eax, 1
        0x0f, 0x05, // syscall
        0xbf, 127, 0, 0, 0, // failed: mov edi, 127
        0xb8, 60, 0, 0, 0, // exit: mov eax, 60             exit(edi)
        0x0f, 0x05, // syscall
    ];

    /// <summary>On another architecture the runtime is process 1 itself, as runc has it.</summary>
    public static bool IsAvailable => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Puts the program at <paramref name="path"/>; one that is running keeps its own file.</summary>
    public static void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var written = path + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(written, [.. Header(), .. Code]);
        Libc.Check(Libc.ChangeMode(written, 0x1ed), $"chmod {written}"); // rwxr-xr-x
        File.Move(written, path, overwrite: true);
    }

    /// <param name="written">What the first process wrote: the status; before it, where the runtime could not be executed, the error.</param>
    /// <param name="first">How the first process ended: the runtime's own end too, when it was killed before it could write.</param>
    public static (ProcessStatus Status, int? ExecError) Parse(ReadOnlySpan<byte> written, ProcessStatus first)
    {
        if (written.Length < sizeof(int))
            return (first, null);
        var word = BinaryPrimitives.ReadInt32LittleEndian(written[^sizeof(int)..]);
        var signal = word & 0x7f;
        int? error = written.Length >= 2 * sizeof(int) ? -BinaryPrimitives.ReadInt32LittleEndian(written) : null;
        return (signal == 0 ? new ProcessStatus((word >> 8) & 0xff, null) : new ProcessStatus(null, signal), error);
    }

    // A 64-bit ELF header and one segment that holds the whole file, readable and executable.
    private static byte[] Header()
    {
        var header = new byte[HeaderBytes];
        var size = (ulong)(HeaderBytes + Code.Length);
        ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(header, 0);
        Put16(16, 2); // ET_EXEC
        Put16(18, 62); // EM_X86_64
        Put32(20, 1);
        Put64(24, LoadAddress + HeaderBytes); // entry point
        Put64(32, 64); // program headers begin
        Put16(52, 64);
        Put16(54, 56);
        Put16(56, 1);
        Put32(64, 1); // PT_LOAD
        Put32(68, 5); // readable, executable
        Put64(80, LoadAddress);
        Put64(88, LoadAddress);
        Put64(96, size);
        Put64(104, size);
        Put64(112, 0x1000);
        return header;

        void Put16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(at), value);
        void Put32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), value);
        void Put64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(at), value);
    }
}
