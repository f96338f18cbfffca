using System.Data.Common;
using System.Net.Sockets;
using Hearth.Node.Packages;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using LinqToDB.Mapping;

namespace Hearth.Node.Storage;

/// <summary>
/// A cluster's zips in its PostgreSQL database: rows like all others, which a backup has and a standby gets. Time is the database's.
/// </summary>
internal sealed class PackageTable(Database database) : IPackageOrigin, IDisposable
{
    private const int PartBytes = 1_048_576;

    private const string Now = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)";

    // In use is what a function's row names now: another node may have listed one, or begun an update, since the caller looked.
    private const string IsUnused =
        $"""
        asked_at < {Now} - @grace AND NOT EXISTS (
          SELECT 1 FROM hearth_functions f WHERE NOT f.deleted AND (f.is_updating OR f.code_sha256 = hearth_packages.sha256))
        """;

    // The pool's connections are also the journal's, and a zip on its way is whole in memory.
    private readonly SemaphoreSlim _slots = new(4);

    public Task PutAsync(string sha256, ReadOnlyMemory<byte> zip, CancellationToken cancellation) => GuardAsync(async connection =>
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (name, size) = (new DataParameter("name", sha256), new DataParameter("size", (long)zip.Length));

        // Whoever comes second waits here for the first's transaction, and finds its rows or none.
        await connection.ExecuteAsync(
            $"INSERT INTO hearth_packages VALUES (@name, @size, {Now}) ON CONFLICT (sha256) DO UPDATE SET size_bytes = @size, asked_at = {Now}", cancellation, name, size);

        // A damaged one is mended: what is answered as stored can be fetched.
        var isWhole = sha256 == await connection.ExecuteAsync<string?>(
            "SELECT encode(sha256(string_agg(bytes, ''::bytea ORDER BY part)), 'base64') FROM hearth_package_parts WHERE sha256 = @name", cancellation, name);
        if (!isWhole)
            await connection.GetTable<PartRow>().Where(row => row.Sha256 == sha256).DeleteAsync(cancellation);
        for (var part = 0; !isWhole && part * PartBytes < zip.Length; part++)
        {
            var bytes = zip.Slice(part * PartBytes, Math.Min(PartBytes, zip.Length - (part * PartBytes))).ToArray();
            await connection.InsertAsync(new PartRow { Sha256 = sha256, Part = part, Bytes = bytes }, token: cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return 0;
    }, cancellation);

    public Task<byte[]?> FetchAsync(string sha256, CancellationToken cancellation) => GuardAsync(async connection =>
    {
        var size = await connection.GetTable<PackageRow>().Where(row => row.Sha256 == sha256).Select(row => (long?)row.SizeBytes).FirstOrDefaultAsync(cancellation);
        if (size is null)
            return null;
        var zip = new byte[size.Value];
        var read = 0;
        var parts = connection.GetTable<PartRow>().Where(row => row.Sha256 == sha256).OrderBy(row => row.Part).Select(row => row.Bytes);
        await foreach (var bytes in parts.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (read + bytes.Length > zip.Length)
                throw new IOException($"The package {sha256} in {database.Name} is damaged: it is longer than it says.");
            bytes.CopyTo(zip, read);
            read += bytes.Length;
        }

        return read == zip.Length ? zip : throw new IOException($"The package {sha256} in {database.Name} is damaged: parts of it are missing.");
    }, cancellation);

    public Task<int> SweepAsync(IReadOnlySet<string> inUse, TimeSpan grace, CancellationToken cancellation) => GuardAsync(async connection =>
    {
        var old = await connection.QueryToListAsync<string>(
            $"SELECT sha256 FROM hearth_packages WHERE {IsUnused}", cancellation, new DataParameter("grace", (long)grace.TotalSeconds));
        var removed = 0;
        foreach (var sha256 in old.Where(sha256 => !inUse.Contains(sha256)))
        {
            removed += await connection.ExecuteAsync(
                $"DELETE FROM hearth_packages WHERE sha256 = @name AND {IsUnused}", cancellation,
                new DataParameter("name", sha256), new DataParameter("grace", (long)grace.TotalSeconds));
        }

        return removed;
    }, cancellation);

    public void Dispose() => _slots.Dispose();

    private async Task<T> GuardAsync<T>(Func<DataConnection, Task<T>> work, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation);
        try
        {
            await using var connection = database.Open();
            return await work(connection);
        }
        catch (Exception failure) when (failure is DbException or SocketException or TimeoutException)
        {
            throw new IOException($"{database.Name} does not take or give packages: {failure.Message}", failure);
        }
        finally
        {
            _slots.Release();
        }
    }

    [Table("hearth_packages")]
    private sealed class PackageRow
    {
        [Column("sha256"), PrimaryKey]
        public string Sha256 { get; set; } = "";

        [Column("size_bytes")]
        public long SizeBytes { get; set; }
    }

    [Table("hearth_package_parts")]
    private sealed class PartRow
    {
        [Column("sha256"), PrimaryKey(0)]
        public string Sha256 { get; set; } = "";

        [Column("part"), PrimaryKey(1)]
        public int Part { get; set; }

        [Column("bytes")]
        public byte[] Bytes { get; set; } = [];
    }
}
