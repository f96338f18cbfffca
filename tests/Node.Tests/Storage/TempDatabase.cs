using Hearth.Node.Storage;
using Microsoft.Data.Sqlite;

namespace Hearth.Node.Tests.Storage;

/// <summary>A database file of its own, gone with the test.</summary>
internal sealed class TempDatabase : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-db-");

    public TempDatabase(bool migrate = true)
    {
        Database = new Database(Path.Combine(_folder.FullName, "hearth.db"));
        if (migrate)
            Database.Migrate();
    }

    public Database Database { get; }

    public void Dispose()
    {
        using (var connection = new SqliteConnection(Database.ConnectionString))
            SqliteConnection.ClearPool(connection);
        _folder.Delete(recursive: true);
    }
}
