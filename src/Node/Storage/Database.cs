using LinqToDB;
using LinqToDB.Data;
using Microsoft.Data.Sqlite;

namespace Hearth.Node.Storage;

/// <summary>
/// The node's SQL store: one SQLite file that holds the journal, the snapshots and the catalogue. Akka.Persistence.Sql
/// and the catalogue reach it through the same linq2db provider.
/// </summary>
internal sealed class Database
{
    /// <summary>What Akka.Persistence.Sql and linq2db call the provider.</summary>
    public const string ProviderName = LinqToDB.ProviderName.SQLiteMS;

    /// <summary>Raised with every change of the tables below; a file of a later version is refused.</summary>
    public const int SchemaVersion = 1;

    private readonly DataOptions _options;

    public Database(string path)
    {
        Path = path;
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();
        _options = new DataOptions().UseConnectionString(ProviderName, ConnectionString);
    }

    public string Path { get; }

    public string ConnectionString { get; }

    public DataConnection Open() => new(_options);

    /// <summary>Makes the file and the catalogue's tables; the journal makes its own.</summary>
    /// <exception cref="StorageException">The file was written by a later version of Hearth, or cannot be written.</exception>
    public void Migrate()
    {
        try
        {
            using var connection = Open();

            // Readers and the one writer then do not block each other; the setting stays with the file.
            connection.Execute("PRAGMA journal_mode=WAL");
            var version = connection.Execute<int>("PRAGMA user_version");
            if (version > SchemaVersion)
                throw new StorageException($"{Path} has schema version {version}; this version of Hearth knows {SchemaVersion}. Run the version that wrote it, or a later one.");

            using var transaction = connection.BeginTransaction();
            if (version < 1)
                connection.CreateTable<FunctionRow>(tableOptions: TableOptions.CheckExistence);
            connection.Execute($"PRAGMA user_version={SchemaVersion}");
            transaction.Commit();
        }
        catch (SqliteException failure)
        {
            throw new StorageException($"{Path} cannot be used as the node's database: {failure.Message}", failure);
        }
    }
}

/// <summary>The store cannot be used; the message is for the operator.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
