using Hearth.Node.Storage;
using LinqToDB.Data;

namespace Hearth.Node.Tests.Storage;

public sealed class DatabaseTests : IDisposable
{
    private readonly TempDatabase _file = new(migrate: false);

    public void Dispose() => _file.Dispose();

    [Fact]
    public void A_new_file_gets_the_schemas_version_and_a_second_migration_changes_nothing()
    {
        _file.Database.Migrate();
        _file.Database.Migrate();
        using var connection = _file.Database.Open();
        Assert.Equal(Database.SchemaVersion, connection.Execute<int>("PRAGMA user_version"));
        Assert.Equal("wal", connection.Execute<string>("PRAGMA journal_mode"));
        Assert.Equal(0, connection.Execute<int>("SELECT COUNT(*) FROM hearth_functions"));
    }

    [Fact]
    public void A_file_of_a_later_version_is_refused_and_left_as_it_is()
    {
        using (var connection = _file.Database.Open())
            connection.Execute($"PRAGMA user_version={Database.SchemaVersion + 1}");

        var refused = Assert.Throws<StorageException>(_file.Database.Migrate);
        Assert.Contains($"schema version {Database.SchemaVersion + 1}", refused.Message);
        using var reopened = _file.Database.Open();
        Assert.Equal(0, reopened.Execute<int>("SELECT COUNT(*) FROM sqlite_master"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        File.WriteAllText(_file.Database.Path, new string('x', 4_096));
        Assert.Contains(_file.Database.Path, Assert.Throws<StorageException>(_file.Database.Migrate).Message);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        var database = new Database(Path.Combine(_file.Database.Path, "nowhere", "hearth.db"));
        Assert.Contains("nowhere", Assert.Throws<StorageException>(database.Migrate).Message);
    }
}
