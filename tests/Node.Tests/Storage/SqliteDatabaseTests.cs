using Hearth.Node.Storage;
using LinqToDB.Data;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Tests.Storage;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TempDatabase _file = TempDatabase.Sqlite(migrate: false);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_new_file_gets_the_schemas_version_and_a_second_start_changes_nothing()
    {
        await _file.Database.StartAsync(NullLogger.Instance);
        await _file.Database.StartAsync(NullLogger.Instance);
        using var connection = _file.Database.Open();
        Assert.Equal(Schema.Version, connection.Execute<int>("PRAGMA user_version"));
        Assert.Equal("wal", connection.Execute<string>("PRAGMA journal_mode"));
        Assert.Equal(0, connection.Execute<int>("SELECT COUNT(*) FROM hearth_functions"));
    }

    [Fact]
    public async Task A_file_of_the_first_version_keeps_its_functions()
    {
        using (var connection = _file.Database.Open())
        {
            // As that version made it, by linq2db.
            connection.Execute("""
                CREATE TABLE [hearth_functions] ([name] NVarChar(64) NOT NULL, [sequence_number] INTEGER NOT NULL, [deleted] Bit NOT NULL,
                  [code_sha256] NVarChar(64) NOT NULL, [code_bytes] INTEGER NOT NULL, [configuration] Text NOT NULL, CONSTRAINT [PK_hearth_functions] PRIMARY KEY ([name]));
                INSERT INTO hearth_functions VALUES
                  ('a', 1, 0, 'x', 1, '{"FunctionName":"a","Runtime":"java17","MemorySize":512,"LastUpdateStatus":"InProgress"}'),
                  ('image', 1, 0, 'y', 1, '{"FunctionName":"image","MemorySize":256,"LastUpdateStatus":"Successful"}'),
                  ('gone', 1, 1, '', 0, '');
                PRAGMA user_version=1
                """);
        }

        _file.Database.Migrate();

        var catalogue = new FunctionCatalogue(_file.Database);
        Assert.Equal([new RuntimeInUse("java17", 512)], await catalogue.RuntimesInUseAsync(default));
        Assert.Null(await catalogue.CodeInUseAsync(default));
        Assert.Equal(new CatalogueTotals(2, 2), await catalogue.TotalsAsync(default));
        await catalogue.PutAsync(new CatalogueEntry("a", 2, null), default);
        Assert.Equal(["y"], (await catalogue.CodeInUseAsync(default))!);
    }

    [Fact]
    public void A_file_of_a_later_version_is_refused_and_left_as_it_is()
    {
        using (var connection = _file.Database.Open())
            connection.Execute($"PRAGMA user_version={Schema.Version + 1}");

        var refused = Assert.Throws<StorageException>(_file.Database.Migrate);
        Assert.Contains($"schema version {Schema.Version + 1}", refused.Message);
        using var reopened = _file.Database.Open();
        Assert.Equal(0, reopened.Execute<int>("SELECT COUNT(*) FROM sqlite_master"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        File.WriteAllText(_file.Database.Name, new string('x', 4_096));
        Assert.Contains(_file.Database.Name, Assert.Throws<StorageException>(_file.Database.Migrate).Message);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        using var database = new SqliteDatabase(Path.Combine(_file.Database.Name, "nowhere", "hearth.db"));
        Assert.Contains("nowhere", Assert.Throws<StorageException>(database.Migrate).Message);
    }
}
