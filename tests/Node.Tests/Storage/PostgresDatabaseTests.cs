using Hearth.Contracts.Errors;
using Hearth.Node.Storage;
using Hearth.Node.Tests.Support;
using LinqToDB.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hearth.Node.Tests.Storage;

public sealed class PostgresDatabaseTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task An_empty_database_gets_the_schemas_version_and_a_second_start_changes_nothing()
    {
        using var database = PostgresDatabase.At(await server.NewDatabaseAsync(), shared: false);
        await database.StartAsync(NullLogger.Instance);
        await database.StartAsync(NullLogger.Instance);
        using var connection = database.Open();
        Assert.Equal([Schema.Version], connection.Query<int>("SELECT version FROM hearth_schema"));
        Assert.Equal(0, connection.Execute<int>("SELECT COUNT(*) FROM hearth_functions"));
    }

    [Fact]
    public async Task Many_that_make_the_tables_at_once_make_them_once()
    {
        var connection = await server.NewDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var database = PostgresDatabase.At(connection, shared: false);
            database.Migrate();
        })));
        using var made = PostgresDatabase.At(connection, shared: false);
        using var open = made.Open();
        Assert.Equal([Schema.Version], open.Query<int>("SELECT version FROM hearth_schema"));
    }

    [Fact]
    public async Task A_database_of_a_later_version_is_refused_and_left_as_it_is()
    {
        using var temporary = TempDatabase.On(server);
        var database = temporary.Database;
        using (var connection = database.Open())
            connection.Execute($"UPDATE hearth_schema SET version = {Schema.Version + 1}; DROP TABLE journal");
        var refused = await Assert.ThrowsAsync<StorageException>(() => database.StartAsync(NullLogger.Instance));
        Assert.Contains($"schema version {Schema.Version + 1}", refused.Message);
        using var reopened = database.Open();
        Assert.Equal(0, reopened.Execute<int>("SELECT COUNT(*) FROM pg_tables WHERE tablename = 'journal'"));
    }

    [Fact]
    public async Task A_second_node_is_refused_until_the_first_has_ended()
    {
        var connection = await server.NewDatabaseAsync();
        using var second = PostgresDatabase.At(connection, shared: false);
        using (var first = PostgresDatabase.At(connection, shared: false))
        {
            await first.PingAsync();
            var refused = await Assert.ThrowsAsync<StorageException>(second.PingAsync);
            Assert.True(refused.IsTaken);
            Assert.Contains("in use by another node", refused.Message);
            await first.PingAsync();
        }

        await second.StartAsync(NullLogger.Instance);
    }

    [Fact]
    public async Task One_that_lost_its_database_to_another_node_is_told_so()
    {
        var connection = await server.NewDatabaseAsync();
        using var first = PostgresDatabase.At(connection, shared: false);
        using var second = PostgresDatabase.At(connection, shared: false);
        await first.PingAsync();
        await using (var other = new NpgsqlConnection(connection))
        {
            await other.OpenAsync();
            await using var cut = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'", other);
            await cut.ExecuteNonQueryAsync();
        }

        await second.StartAsync(NullLogger.Instance);
        Assert.True((await Assert.ThrowsAsync<StorageException>(first.PingAsync)).IsTaken);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Database=functions;Username=hearth;Password=sesame")]
    [InlineData("Host=127.0.0.1;Port=1;Username=functions;Password=sesame")]
    public async Task One_that_is_not_there_is_named_without_its_password(string connection)
    {
        using var database = PostgresDatabase.At(connection, shared: false);
        var refused = await Assert.ThrowsAsync<StorageException>(database.PingAsync);
        Assert.StartsWith("The PostgreSQL database functions at 127.0.0.1:1 cannot be used", refused.Message);
        Assert.False(refused.IsTaken);
        Assert.DoesNotContain("sesame", refused.ToString());
    }

    [Theory]
    [InlineData("postgres://hearth:sesame@db/functions")]
    [InlineData("Database=functions;Password=sesame")]
    [InlineData("Host=db;Pasword=sesame")]
    public void What_is_no_connection_string_is_refused_without_its_password(string text) =>
        Assert.DoesNotContain("sesame", Assert.ThrowsAny<ArgumentException>(() => PostgresDatabase.At(text, shared: false)).Message);

    [Fact]
    public void Bounds_are_set_where_the_operator_sets_none()
    {
        using var plain = PostgresDatabase.At("Host=db", shared: false);
        using var own = PostgresDatabase.At("Host=db;Maximum Pool Size=5;CommandTimeout=60", shared: false);
        var (bounds, given) = (new NpgsqlConnectionStringBuilder(plain.ConnectionString), new NpgsqlConnectionStringBuilder(own.ConnectionString));
        Assert.Equal((20, 10, 10), (bounds.MaxPoolSize, bounds.CommandTimeout, bounds.Timeout));
        Assert.Equal((5, 60, 10), (given.MaxPoolSize, given.CommandTimeout, given.Timeout));
    }
}

/// <summary>With a server of its own, since it goes away.</summary>
public sealed class StorageHealthTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_database_that_stops_or_hangs_is_away_until_it_is_back()
    {
        using var temporary = TempDatabase.On(server);
        var health = new StorageHealth(temporary.Database);
        Assert.Null(await health.RefusalAsync());

        await server.StopAsync();
        Assert.Equal(ErrorCode.ServiceUnavailable, (await health.RefusalAsync())!.Code);
        Assert.Contains("cannot be used", health.Problem!.Message);
        await server.StartAsync();
        await Eventually.Holds(() => health.RefusalAsync().GetAwaiter().GetResult() is null, "the database is back");
        Assert.Null(health.Refusal);

        await server.HangAsync();
        Assert.NotNull(await health.RefusalAsync());
        await server.WakeAsync();
        await Eventually.Holds(() => health.RefusalAsync().GetAwaiter().GetResult() is null, "the database is back");
    }
}
