using Hearth.Node.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Hearth.Node.Tests.Storage;

/// <summary>A database of its own, gone with the test.</summary>
internal sealed class TempDatabase(Database database, Action remove) : IDisposable
{
    public Database Database => database;

    /// <summary>A file.</summary>
    public static TempDatabase Sqlite(bool migrate = true)
    {
        var folder = Directory.CreateTempSubdirectory("hearth-db-");
        var database = new SqliteDatabase(Path.Combine(folder.FullName, "hearth.db"));
        return Migrated(migrate, new TempDatabase(database, () =>
        {
            using (var connection = new SqliteConnection(database.ConnectionString))
                SqliteConnection.ClearPool(connection);
            folder.Delete(recursive: true);
        }));
    }

    /// <summary>In a server, which removes it with itself.</summary>
    public static TempDatabase On(PostgresServer server, bool migrate = true)
    {
        var database = PostgresDatabase.At(server.NewDatabaseAsync().GetAwaiter().GetResult(), shared: false);
        return Migrated(migrate, new TempDatabase(database, () =>
        {
            using var connection = new NpgsqlConnection(database.ConnectionString);
            NpgsqlConnection.ClearPool(connection);
        }));
    }

    public void Dispose()
    {
        database.Dispose();
        remove();
    }

    private static TempDatabase Migrated(bool migrate, TempDatabase temporary)
    {
        if (migrate)
            temporary.Database.Migrate();
        return temporary;
    }
}
