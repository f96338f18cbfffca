using Hearth.Contracts.Api;

namespace Hearth.Node.Storage;

/// <summary>
/// The list of all functions, as a table beside the journal: lists are answered from it, in pages, without waking
/// the functions' actors. Each actor writes its own row before it answers a change.
/// </summary>
internal interface IFunctionCatalogue
{
    /// <summary>Writes a function's row; an older sequence number than the row's changes nothing.</summary>
    Task PutAsync(CatalogueEntry entry, CancellationToken cancellation);

    /// <summary>Functions in the order of their names, after <paramref name="marker"/> where it is given.</summary>
    Task<IReadOnlyList<FunctionConfiguration>> ListAsync(string? marker, int limit, CancellationToken cancellation);

    Task<CatalogueTotals> TotalsAsync(CancellationToken cancellation);

    /// <summary>Code that some function's row names, as base64 SHA-256.</summary>
    /// <returns>Null while an update is under way: a row names its new code, and invocations still run the old.</returns>
    Task<IReadOnlySet<string>?> CodeInUseAsync(CancellationToken cancellation);

    /// <summary>What some function's row names, each once, the least named first.</summary>
    Task<IReadOnlyList<RuntimeInUse>> RuntimesInUseAsync(CancellationToken cancellation);

    /// <summary>Functions whose journal is ahead of their row: a crash fell between the two.</summary>
    Task<IReadOnlyList<string>> LaggingAsync(CancellationToken cancellation);
}

/// <param name="SequenceNumber">The journal's, at the row's state.</param>
/// <param name="Configuration">Null for a deleted function: its row stays as a tombstone and is not listed.</param>
internal sealed record CatalogueEntry(string Name, long SequenceNumber, FunctionConfiguration? Configuration);

/// <param name="Runtime">As <c>python3.11</c>.</param>
/// <param name="MemoryMib">The size of functions of it.</param>
internal sealed record RuntimeInUse(string Runtime, int MemoryMib);

internal sealed record CatalogueTotals(long Functions, long CodeBytes);
