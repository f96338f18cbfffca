using System.Net.Sockets;
using LinqToDB.Data;
using Npgsql;

namespace Hearth.Node.Storage;

/// <summary>
/// A PostgreSQL database, version 13 or later, in whose <c>search_path</c> the node makes its tables. A node holds an advisory
/// lock on it as long as it lives, on a connection of its own, shared with its cluster: a node that is alone and another never write
/// to the same tables.
/// </summary>
internal sealed class PostgresDatabase : Database
{
    // hearth, and hearti: keys of PostgreSQL's advisory locks are numbers.
    private const long OwnerLock = 0x686561727468, MigrationLock = OwnerLock + 1;

    /// <summary>How long the database may take to answer a ping, and to accept the connection for it; and for anything else.</summary>
    private const int PingSeconds = 5, AnswerSeconds = 10;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly string _ownerConnectionString;
    private readonly bool _shared;
    private NpgsqlConnection? _owner;

    private PostgresDatabase(NpgsqlConnectionStringBuilder settings, bool shared) : base(LinqToDB.ProviderName.PostgreSQL15, settings.ConnectionString)
    {
        _shared = shared;
        Name = $"The PostgreSQL database {settings.Database ?? settings.Username} at {settings.Host}:{settings.Port}";
        _ownerConnectionString = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false, Timeout = PingSeconds, CommandTimeout = PingSeconds }.ConnectionString;
    }

    public override string Name { get; }

    public override int JournalWriters => 3;

    protected override SqlDialect Dialect => SqlDialect.Postgres;

    /// <param name="connectionString">Npgsql's, as <c>Host=db;Database=hearth;Username=hearth;Password=…</c>. What it does not set has bounds.</param>
    /// <param name="shared">Whether other nodes of a cluster use it as well.</param>
    /// <exception cref="ArgumentException">It is none. The message does not hold it.</exception>
    public static PostgresDatabase At(string connectionString, bool shared)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(settings.Host))
            throw new ArgumentException("There is no Host in it.");
        Default("Application Name", "hearth");
        Default("Maximum Pool Size", 20);
        Default("Timeout", AnswerSeconds);
        Default("Command Timeout", AnswerSeconds);
        Default("Keepalive", 10);
        return new PostgresDatabase(settings, shared);

        void Default(string name, object value)
        {
            if (!settings.ShouldSerialize(name))
                settings[name] = value;
        }
    }

    /// <summary>Asks on the connection that holds the lock; where that is lost, by a new one that has to get it again.</summary>
    public override async Task PingAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_owner is not { } owner || !await AnswersAsync(owner))
                await TakeOwnershipAsync();
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException or TimeoutException)
        {
            throw Unusable(failure);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What tells this database from every other, a restored copy of it included.</summary>
    public async Task<string> IdentityAsync() => (string)(await AskOwnerAsync(
        "SELECT system_identifier || '-' || 'hearth_schema'::regclass::oid FROM pg_control_system()"))!;

    /// <summary>How far this machine's clock is ahead of the database's, to within the time that the question takes.</summary>
    public async Task<TimeSpan> ClockDifferenceAsync(TimeProvider time) =>
        time.GetUtcNow() - (DateTime)(await AskOwnerAsync("SELECT clock_timestamp()"))!;

    public override void Dispose()
    {
        _owner?.Dispose();
        _turn.Dispose();
    }

    protected override int LockAndReadVersion(DataConnection connection)
    {
        connection.Execute($"SELECT pg_advisory_xact_lock({MigrationLock})");
        connection.Execute("CREATE TABLE IF NOT EXISTS hearth_schema (version INTEGER NOT NULL)");
        return connection.Execute<int?>("SELECT MAX(version) FROM hearth_schema") ?? 0;
    }

    protected override void WriteVersion(DataConnection connection, int version) =>
        connection.Execute($"DELETE FROM hearth_schema; INSERT INTO hearth_schema VALUES ({version})");

    private static async Task<bool> AnswersAsync(NpgsqlConnection connection)
    {
        try
        {
            await ExecuteAsync(connection, "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task<object?> AskOwnerAsync(string question)
    {
        await PingAsync();
        await _turn.WaitAsync();
        try
        {
            return await ExecuteAsync(_owner!, question);
        }
        catch (NpgsqlException failure)
        {
            throw Unusable(failure);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TakeOwnershipAsync()
    {
        _owner?.Dispose();
        _owner = null;
        var connection = new NpgsqlConnection(_ownerConnectionString);
        try
        {
            await connection.OpenAsync();
            if (await ExecuteAsync(connection, $"SELECT pg_try_advisory_lock{(_shared ? "_shared" : "")}({OwnerLock})") is not true)
                throw new StorageException($"{Name} is in use by {(_shared ? "a node that is alone" : "another node")}") { IsTaken = true };
            _owner = connection;
        }
        finally
        {
            if (_owner is null)
                await connection.DisposeAsync();
        }
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync();
    }
}
