using System.Text.Json;
using Hearth.Contracts.Api;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;

namespace Hearth.Node.Storage;

/// <inheritdoc cref="IFunctionCatalogue"/>
internal sealed class FunctionCatalogue(Database database) : IFunctionCatalogue
{
    public async Task PutAsync(CatalogueEntry entry, CancellationToken cancellation)
    {
        var row = RowOf(entry);
        await using var connection = database.Open();
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var updated = await connection.GetTable<FunctionRow>()
            .Where(stored => stored.Name == row.Name && stored.SequenceNumber <= row.SequenceNumber)
            .Set(stored => stored.SequenceNumber, row.SequenceNumber)
            .Set(stored => stored.Deleted, row.Deleted)
            .Set(stored => stored.CodeSha256, row.CodeSha256)
            .Set(stored => stored.CodeBytes, row.CodeBytes)
            .Set(stored => stored.Configuration, row.Configuration)
            .Set(stored => stored.Runtime, row.Runtime)
            .Set(stored => stored.MemoryMib, row.MemoryMib)
            .Set(stored => stored.IsUpdating, row.IsUpdating)
            .UpdateAsync(cancellation);
        if (updated == 0 && !await connection.GetTable<FunctionRow>().AnyAsync(stored => stored.Name == row.Name, cancellation))
            await connection.InsertAsync(row, token: cancellation);
        await transaction.CommitAsync(cancellation);
    }

    public async Task<IReadOnlyList<FunctionConfiguration>> ListAsync(string? marker, int limit, CancellationToken cancellation)
    {
        await using var connection = database.Open();
        var rows = connection.GetTable<FunctionRow>().Where(row => !row.Deleted);
        if (marker is not null)
            rows = rows.Where(row => row.Name.CompareTo(marker) > 0);
        var page = await rows.OrderBy(row => row.Name).Take(limit).Select(row => row.Configuration).ToListAsync(cancellation);
        return [.. page.Select(json => JsonSerializer.Deserialize(json, ApiJson.Relaxed.FunctionConfiguration)!)];
    }

    public async Task<CatalogueTotals> TotalsAsync(CancellationToken cancellation)
    {
        await using var connection = database.Open();
        var live = connection.GetTable<FunctionRow>().Where(row => !row.Deleted);
        return new CatalogueTotals(
            await live.LongCountAsync(cancellation),
            await live.SumAsync(row => (long?)row.CodeBytes, cancellation) ?? 0);
    }

    public async Task<IReadOnlySet<string>?> CodeInUseAsync(CancellationToken cancellation)
    {
        await using var connection = database.Open();
        var live = connection.GetTable<FunctionRow>().Where(row => !row.Deleted);
        if (await live.AnyAsync(row => row.IsUpdating, cancellation))
            return null;
        return (await live.Select(row => row.CodeSha256).Distinct().ToListAsync(cancellation)).ToHashSet();
    }

    public async Task<IReadOnlyList<RuntimeInUse>> RuntimesInUseAsync(CancellationToken cancellation)
    {
        await using var connection = database.Open();
        return await connection.GetTable<FunctionRow>()
            .Where(row => !row.Deleted && row.Runtime != null)
            .GroupBy(row => new { row.Runtime, row.MemoryMib })
            .OrderBy(rows => rows.Count())
            .Select(rows => new RuntimeInUse(rows.Key.Runtime!, rows.Key.MemoryMib))
            .ToListAsync(cancellation);
    }

    public async Task<IReadOnlyList<string>> LaggingAsync(CancellationToken cancellation)
    {
        await using var connection = database.Open();
        return await connection.QueryToListAsync<string>(
            """
            SELECT substr(j.persistence_id, 10)
            FROM (SELECT persistence_id, MAX(sequence_number) AS latest FROM journal
                  WHERE persistence_id LIKE 'function-%' GROUP BY persistence_id) j
            LEFT JOIN hearth_functions f ON f.name = substr(j.persistence_id, 10)
            WHERE f.name IS NULL OR f.sequence_number < j.latest
            """,
            cancellation);
    }

    private static FunctionRow RowOf(CatalogueEntry entry) => new()
    {
        Name = entry.Name,
        SequenceNumber = entry.SequenceNumber,
        Deleted = entry.Configuration is null,
        CodeSha256 = entry.Configuration?.CodeSha256 ?? "",
        CodeBytes = entry.Configuration?.CodeSize ?? 0,
        Configuration = entry.Configuration is null ? "" : JsonSerializer.Serialize(entry.Configuration, ApiJson.Relaxed.FunctionConfiguration),
        Runtime = entry.Configuration?.Runtime,
        MemoryMib = entry.Configuration?.MemorySize ?? 0,
        IsUpdating = entry.Configuration?.LastUpdateStatus == LastUpdateStatus.InProgress,
    };
}
