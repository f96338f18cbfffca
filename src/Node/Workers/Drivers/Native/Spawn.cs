using System.Runtime.InteropServices;

namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>
/// Starts a child with its own session, standard input from /dev/null, and both outputs on one FIFO.
/// posix_spawn rather than System.Diagnostics.Process: that class gives each stream a pipe of its own, so the order of
/// the two is lost, and costs a thread's wait for every child.
/// </summary>
internal static partial class Spawn
{
    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08, SetSession = 0x80;
    private const int StructureBytes = 512; // More than glibc's attributes (336), file actions (80) and signal set (128).

    /// <param name="arguments">The first is the name the program is told it has.</param>
    /// <param name="thirdFile">A file to make and open for writing as descriptor 3.</param>
    /// <param name="fourthFile">A FIFO to open for reading as descriptor 4; with <paramref name="thirdFile"/> only.</param>
    /// <param name="fifth">A descriptor of ours, above 5, that is the child's descriptor 5.</param>
    /// <returns>The child's pid; it leads its own session and process group.</returns>
    /// <exception cref="SandboxStartException">The program could not be executed.</exception>
    public static unsafe int Start(
        string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment,
        string workingDirectory, string outputFifo, string? thirdFile = null, string? fourthFile = null, int? fifth = null)
    {
        var structures = stackalloc byte[StructureBytes * 3];
        byte* attributes = structures, actions = structures + StructureBytes, signals = structures + (2 * StructureBytes);
        using var argumentList = new StringVector(arguments);
        using var environmentList = new StringVector(environment.Select(variable => $"{variable.Key}={variable.Value}"));
        Check(AttributesInit(attributes));
        Check(ActionsInit(actions));
        try
        {
            // .NET ignores SIGPIPE, and what is ignored stays so across exec.
            Check(SignalSetFill(signals));
            Check(AttributesSetDefaults(attributes, signals));
            Check(SignalSetEmpty(signals));
            Check(AttributesSetMask(attributes, signals));
            Check(AttributesSetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession));
            Check(ActionsChangeDirectory(actions, workingDirectory));
            Check(ActionsOpen(actions, 0, "/dev/null", Libc.ReadOnly, 0));
            Check(ActionsOpen(actions, 1, outputFifo, Libc.WriteOnly, 0));
            Check(ActionsDuplicate(actions, 1, 2));
            if (thirdFile is not null)
                Check(ActionsOpen(actions, 3, thirdFile, Libc.WriteOnly | Libc.Create | Libc.Append, 0x180)); // rw-------
            if (fourthFile is not null)
                Check(ActionsOpen(actions, 4, fourthFile, Libc.ReadOnly, 0));
            if (fifth is { } ours)
                Check(ActionsDuplicate(actions, ours, 5));
            var error = PosixSpawn(out var pid, program, actions, attributes, argumentList.Pointer, environmentList.Pointer);
            return error == 0 ? pid : throw new SandboxStartException($"{program} cannot be started in {workingDirectory}: {Libc.Describe(error)}.");
        }
        finally
        {
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    // These report an error by its number, not through errno; only want of memory can make them fail.
    private static void Check(int error)
    {
        if (error != 0)
            throw new SandboxStartException($"A child process could not be prepared: {Libc.Describe(error)}.");
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int PosixSpawn(out int pid, string path, byte* actions, byte* attributes, nint arguments, nint environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int AttributesSetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int AttributesSetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int ActionsChangeDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int ActionsOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int ActionsDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static unsafe partial int SignalSetFill(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static unsafe partial int SignalSetEmpty(byte* signals);
}
