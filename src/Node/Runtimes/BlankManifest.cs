namespace Hearth.Node.Runtimes;

/// <summary>How a runtime's process can be started before its function is known; a manifest without it has no blank sandboxes.</summary>
/// <param name="MemoryMib">
/// The memory limit a blank process starts under: 128 to 10,240 MiB. Functions with more start anew. Null, or left out, where
/// a process sizes itself for good by its limit: each is then started under a function's own, and does for functions of
/// that size alone.
/// </param>
/// <param name="ResidentMib">What a waiting process takes of the machine's memory, for the operator's budget: 1 to 1,024 MiB.</param>
/// <param name="StartVariables">
/// Variables that take effect only where they are set before the process starts; a final <c>*</c> stands for any rest.
/// Functions that configure one start anew.
/// </param>
internal sealed record BlankManifest(int? MemoryMib, int ResidentMib, IReadOnlyList<string> StartVariables)
{
    /// <summary>Whether a process does for one memory size alone.</summary>
    public bool IsSized => MemoryMib is null;

    /// <summary>The limit under which a process waits for a function of this memory size; null where none will do.</summary>
    public int? StartMemoryMib(int functionMemoryMib) =>
        MemoryMib is not { } limit ? functionMemoryMib : functionMemoryMib <= limit ? limit : null;

    public bool IsReadAtStart(string variable) => StartVariables.Any(name => name.EndsWith('*')
        ? variable.StartsWith(name[..^1], StringComparison.Ordinal)
        : variable == name);

    public void Validate(IReadOnlyList<string> command, Action<bool, string, string> check)
    {
        check(MemoryMib is null or >= Contracts.Limits.MinMemoryMib and <= Contracts.Limits.MaxMemoryMib, "blank.memoryMib", $"must be {Contracts.Limits.MinMemoryMib} to {Contracts.Limits.MaxMemoryMib}.");
        check(ResidentMib is >= 1 and <= 1_024, "blank.residentMib", "must be 1 to 1024.");
        check(StartVariables is not null && StartVariables.All(name => !string.IsNullOrEmpty(name)), "blank.startVariables", "must be a list of names.");
        check(!command.Any(word => word.Contains("{task}")), "blank", "cannot be with a command that names {task}.");
    }
}
