using System.Data.Common;
using System.Diagnostics;
using LinqToDB;
using LinqToDB.Data;

namespace Hearth.Node.Storage;

/// <summary>
/// The node's SQL store, which holds the journal, the snapshots and the catalogue: one SQLite file, or a PostgreSQL database.
/// Akka.Persistence.Sql and the catalogue reach it through the same linq2db provider.
/// </summary>
internal abstract class Database(string providerName, string connectionString) : IDisposable
{
    /// <summary>How long a node that was killed may seem to live, and how often it is looked for.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(30), TakeOverInterval = TimeSpan.FromMilliseconds(200);

    private readonly DataOptions _options = new DataOptions().UseConnectionString(providerName, connectionString);

    /// <summary>What Akka.Persistence.Sql and linq2db call the provider.</summary>
    public string ProviderName => providerName;

    public string ConnectionString => connectionString;

    /// <summary>As messages name it; without credentials.</summary>
    public abstract string Name { get; }

    /// <summary>Writes of the journal at once.</summary>
    public abstract int JournalWriters { get; }

    protected abstract SqlDialect Dialect { get; }

    public DataConnection Open() => new(_options);

    /// <summary>Makes the store this node's, and all its tables.</summary>
    /// <exception cref="StorageException">It cannot be, or a later version of Hearth has changed the tables.</exception>
    public async Task StartAsync(ILogger log)
    {
        var began = Stopwatch.GetTimestamp();
        for (var told = false; !await TryTakeAsync(again: Stopwatch.GetElapsedTime(began) < TakeOver); told = true)
        {
            if (!told)
                log.LogWarning("{Database} is in use by another node, perhaps one that has just ended; waiting for it up to {Seconds:0} s", Name, TakeOver.TotalSeconds);
            await Task.Delay(TakeOverInterval);
        }

        Migrate();
    }

    /// <summary>Makes all tables, and brings those of an earlier version up to date, in one transaction.</summary>
    /// <exception cref="StorageException">A later version of Hearth has changed the tables, or the store cannot be used.</exception>
    public void Migrate()
    {
        try
        {
            using var connection = Open();
            Prepare(connection);
            using var transaction = connection.BeginTransaction();
            var version = LockAndReadVersion(connection);
            if (version > Schema.Version)
                throw new StorageException($"{Name} has schema version {version}; this version of Hearth knows {Schema.Version}. Run the version that wrote it, or a later one.");
            foreach (var statement in Schema.Statements(version, Dialect))
                connection.Execute(statement);
            WriteVersion(connection, Schema.Version);
            transaction.Commit();
        }
        catch (DbException failure)
        {
            throw Unusable(failure);
        }
    }

    /// <summary>Completes where a write that follows at once can be expected to succeed.</summary>
    /// <exception cref="StorageException">The store is not to be reached, or belongs to another node by now.</exception>
    public abstract Task PingAsync();

    public abstract void Dispose();

    // False where another node has it, and may be asked again.
    private async Task<bool> TryTakeAsync(bool again)
    {
        try
        {
            await PingAsync();
            return true;
        }
        catch (StorageException taken) when (taken.IsTaken && again)
        {
            return false;
        }
    }

    /// <summary>What is set before the tables are looked at.</summary>
    protected virtual void Prepare(DataConnection connection)
    {
    }

    /// <summary>The schema's version, which nobody else changes until the transaction ends; 0 for an empty store.</summary>
    protected abstract int LockAndReadVersion(DataConnection connection);

    protected abstract void WriteVersion(DataConnection connection, int version);

    protected StorageException Unusable(Exception failure) => new($"{Name} cannot be used as the node's database: {failure.Message}", failure);
}

/// <summary>The store cannot be used; the message is for the operator.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>It works, for another node.</summary>
    public bool IsTaken { get; init; }
}
