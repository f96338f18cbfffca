using LinqToDB.Data;
using Microsoft.Data.Sqlite;

namespace Hearth.Node.Storage;

/// <summary>One file, of one node alone.</summary>
internal sealed class SqliteDatabase(string path)
    : Database(LinqToDB.ProviderName.SQLiteMS, new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString())
{
    public string Path => path;

    public override string Name => path;

    // The file has one writer: others would but wait for it.
    public override int JournalWriters => 1;

    protected override SqlDialect Dialect => SqlDialect.Sqlite;

    public override Task PingAsync() => Task.CompletedTask;

    public override void Dispose()
    {
    }

    // Readers and the one writer then do not block each other; the setting stays with the file.
    protected override void Prepare(DataConnection connection) => connection.Execute("PRAGMA journal_mode=WAL");

    // The data directory is locked.
    protected override int LockAndReadVersion(DataConnection connection) => connection.Execute<int>("PRAGMA user_version");

    protected override void WriteVersion(DataConnection connection, int version) => connection.Execute($"PRAGMA user_version={version}");
}
