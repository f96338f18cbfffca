using Hearth.Contracts.Api;
using Hearth.Node.Storage;

namespace Hearth.Node.Tests.Functions;

/// <summary>A catalogue that keeps what is written, and holds or fails writes as a test asks.</summary>
internal sealed class FakeCatalogue : IFunctionCatalogue
{
    private readonly List<CatalogueEntry> _written = [];
    private volatile TaskCompletionSource? _held;
    private int _started;
    private int _failures;

    public IReadOnlyList<CatalogueEntry> Written
    {
        get
        {
            lock (_written)
                return [.. _written];
        }
    }

    /// <summary>Writes that were begun, whatever became of them.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>Writes wait from now on until <see cref="LetGo"/>.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => Interlocked.Exchange(ref _held, null)?.SetResult();

    public void FailNext(int writes) => Volatile.Write(ref _failures, writes);

    public async Task PutAsync(CatalogueEntry entry, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _started);
        if (_held is { } held)
            await held.Task;
        if (Interlocked.Decrement(ref _failures) >= 0)
            throw new IOException("disk full");
        lock (_written)
            _written.Add(entry);
    }

    public Task<IReadOnlyList<FunctionConfiguration>> ListAsync(string? marker, int limit, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<CatalogueTotals> TotalsAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlySet<string>?> CodeInUseAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<RuntimeInUse>> RuntimesInUseAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<string>> LaggingAsync(CancellationToken cancellation) => throw new NotSupportedException();
}
