using System.Security.Cryptography;
using Hearth.Node.Packages;
using Hearth.Node.Storage;
using Hearth.Node.Tests.Support;
using LinqToDB.Data;

namespace Hearth.Node.Tests.Storage;

public sealed class PackageTableTests(PostgresServer server) : IClassFixture<PostgresServer>, IDisposable
{
    private static readonly HashSet<string> None = [];

    private readonly TempDatabase _temporary = TempDatabase.On(server);

    private PackageTable Table => new(_temporary.Database);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_048_576)]
    [InlineData(1_048_577)]
    [InlineData(50_000_000)]
    public async Task What_is_put_is_fetched(int size)
    {
        var (name, zip) = Sample(size);
        await Table.PutAsync(name, zip, default);
        Assert.Equal(zip, await Table.FetchAsync(name, default));
        Assert.Equal((size + 1_048_575) / 1_048_576, Count("hearth_package_parts"));
        await Table.PutAsync(name, zip, default);
        Assert.Equal(zip, await Table.FetchAsync(name, default));
    }

    [Fact]
    public async Task What_is_not_there_is_null() => Assert.Null(await Table.FetchAsync("none", default));

    [Fact]
    public async Task One_content_from_many_connections_at_once_is_kept_once()
    {
        for (var round = 0; round < 20; round++)
        {
            var (name, zip) = Sample(2_500_000);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Table.PutAsync(name, zip, default))));
            Assert.Equal(zip, await Table.FetchAsync(name, default));
        }

        Assert.Equal((20, 60), (Count("hearth_packages"), Count("hearth_package_parts")));
    }

    /// <summary>The second waits for the first, whose transaction comes to nothing.</summary>
    [Fact]
    public async Task One_that_is_given_up_leaves_nothing_and_the_next_keeps_all()
    {
        var (name, zip) = Sample(3_000_000);
        Execute("ALTER TABLE hearth_package_parts ADD CONSTRAINT two CHECK (part < 2)");
        await Assert.ThrowsAsync<IOException>(() => Table.PutAsync(name, zip, default));
        Assert.Equal((0, 0), (Count("hearth_packages"), Count("hearth_package_parts")));
        Assert.Null(await Table.FetchAsync(name, default));

        Execute("ALTER TABLE hearth_package_parts DROP CONSTRAINT two");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Table.PutAsync(name, zip, cancelled.Token));
        Assert.Null(await Table.FetchAsync(name, default));
        await Table.PutAsync(name, zip, default);
        Assert.Equal(zip, await Table.FetchAsync(name, default));
    }

    [Theory]
    [InlineData("DELETE FROM hearth_package_parts WHERE part = 1", "parts of it are missing")]
    [InlineData("DELETE FROM hearth_package_parts", "parts of it are missing")]
    [InlineData("UPDATE hearth_packages SET size_bytes = size_bytes - 1", "longer than it says")]
    public async Task One_that_is_damaged_is_named(string damage, string message)
    {
        var (name, zip) = Sample(2_500_000);
        await Table.PutAsync(name, zip, default);
        Execute(damage);
        var refused = await Assert.ThrowsAsync<IOException>(() => Table.FetchAsync(name, default));
        Assert.Contains(message, refused.Message);
        Assert.Contains(name, refused.Message);
    }

    [Theory]
    [InlineData("DELETE FROM hearth_package_parts WHERE part = 1")]
    [InlineData("UPDATE hearth_package_parts SET bytes = set_byte(bytes, 0, 255 - get_byte(bytes, 0)) WHERE part = 1")]
    [InlineData("UPDATE hearth_packages SET size_bytes = size_bytes - 1")]
    public async Task One_that_is_damaged_is_mended_by_the_next_put(string damage)
    {
        var (name, zip) = Sample(2_500_000);
        await Table.PutAsync(name, zip, default);
        Execute(damage);
        await Table.PutAsync(name, zip, default);
        Assert.Equal(zip, await Table.FetchAsync(name, default));
    }

    /// <summary>A row names an update's new code while the old still runs.</summary>
    [Fact]
    public async Task A_sweep_removes_nothing_while_an_update_is_under_way()
    {
        var (name, zip) = Sample(1);
        await Table.PutAsync(name, zip, default);
        Execute("UPDATE hearth_packages SET asked_at = asked_at - 3601");
        Function("one", "new", isDeleted: false);
        Execute("UPDATE hearth_functions SET is_updating = TRUE");
        Assert.Equal(0, await Table.SweepAsync(None, PackageStore.Grace, default));
        Execute("UPDATE hearth_functions SET is_updating = FALSE");
        Assert.Equal(1, await Table.SweepAsync(None, PackageStore.Grace, default));
    }

    /// <summary>The pool's connections are also the journal's.</summary>
    [Fact]
    public async Task However_many_are_fetched_at_once_most_connections_are_left_to_others()
    {
        var (name, zip) = Sample(1);
        var table = Table;
        await table.PutAsync(name, zip, default);
        using var watcher = _temporary.Database.Open();
        Assert.Equal(0, Waiting(watcher));
        using var blocker = _temporary.Database.Open();
        using var transaction = blocker.BeginTransaction();
        blocker.Execute("LOCK TABLE hearth_packages IN ACCESS EXCLUSIVE MODE");
        var fetches = Enumerable.Range(0, 30).Select(_ => Task.Run(() => table.FetchAsync(name, default))).ToArray();
        await Eventually.Holds(() => Waiting(watcher) >= 4, "fetches wait in the database");

        // All that the pool has left.
        var others = Enumerable.Range(0, 20 - 2 - 4).Select(_ => _temporary.Database.Open()).ToArray();
        Assert.All(others, other => Assert.Equal(1, other.Execute<int>("SELECT 1")));
        Assert.Equal(4, Waiting(watcher));
        foreach (var other in others)
            other.Dispose();
        transaction.Rollback();
        Assert.All(await Task.WhenAll(fetches), fetched => Assert.Equal(zip, fetched));
    }

    private static int Waiting(DataConnection connection) =>
        connection.Execute<int>("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    [Fact]
    public async Task A_sweep_spares_what_a_function_names_what_is_in_use_and_what_is_young()
    {
        var names = new List<string>();
        foreach (var size in Enumerable.Range(1, 5))
        {
            var (name, zip) = Sample(size);
            await Table.PutAsync(name, zip, default);
            names.Add(name);
        }

        var (named, deleted, inUse, young, unused) = (names[0], names[1], names[2], names[3], names[4]);
        Function("one", named, isDeleted: false);
        Function("two", deleted, isDeleted: true);
        Assert.Equal(0, await Table.SweepAsync(None, PackageStore.Grace, default));

        Execute($"UPDATE hearth_packages SET asked_at = asked_at - 3601 WHERE sha256 <> '{young}'");
        Assert.Equal(2, await Table.SweepAsync(new HashSet<string> { inUse }, PackageStore.Grace, default));
        foreach (var name in new[] { named, inUse, young })
            Assert.NotNull(await Table.FetchAsync(name, default));
        foreach (var name in new[] { deleted, unused })
            Assert.Null(await Table.FetchAsync(name, default));
        Assert.Equal(3, Count("hearth_package_parts"));
    }

    [Fact]
    public async Task One_that_is_put_again_is_young_again()
    {
        var (name, zip) = Sample(1);
        await Table.PutAsync(name, zip, default);
        Execute("UPDATE hearth_packages SET asked_at = asked_at - 3601");
        await Table.PutAsync(name, zip, default);
        Assert.Equal(0, await Table.SweepAsync(None, PackageStore.Grace, default));
    }

    private static (string Name, byte[] Zip) Sample(int size)
    {
        var zip = RandomNumberGenerator.GetBytes(size);
        return (Convert.ToBase64String(SHA256.HashData(zip)), zip);
    }

    private void Function(string name, string sha256, bool isDeleted) => Execute(
        $"INSERT INTO hearth_functions (name, sequence_number, deleted, code_sha256, code_bytes, configuration) VALUES ('{name}', 1, {isDeleted}, '{sha256}', 1, '')");

    private void Execute(string statement)
    {
        using var connection = _temporary.Database.Open();
        connection.Execute(statement);
    }

    private int Count(string table)
    {
        using var connection = _temporary.Database.Open();
        return connection.Execute<int>($"SELECT COUNT(*) FROM {table}");
    }
}

/// <summary>With a server of its own, since it goes away.</summary>
public sealed class PackageTableHealthTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task While_the_database_is_away_nothing_is_put_or_fetched_and_afterwards_it_is()
    {
        using var temporary = TempDatabase.On(server);
        using var table = new PackageTable(temporary.Database);
        await table.PutAsync("one", new byte[10], default);
        await server.StopAsync();
        var refused = await Assert.ThrowsAsync<IOException>(() => table.PutAsync("two", new byte[10], default));
        Assert.StartsWith(temporary.Database.Name, refused.Message);
        await Assert.ThrowsAsync<IOException>(() => table.FetchAsync("one", default));
        await Assert.ThrowsAsync<IOException>(() => table.SweepAsync(new HashSet<string>(), TimeSpan.Zero, default));

        await server.StartAsync();
        await Eventually.Holds(() => Put(table), "the database is back");
        Assert.Equal(10, (await table.FetchAsync("one", default))!.Length);
        Assert.Equal(10, (await table.FetchAsync("two", default))!.Length);
    }

    private static bool Put(PackageTable table)
    {
        try
        {
            table.PutAsync("two", new byte[10], default).GetAwaiter().GetResult();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
