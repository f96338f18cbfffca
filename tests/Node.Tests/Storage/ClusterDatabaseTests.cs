using Hearth.Contracts.Identity;
using Hearth.Node.Hosting;
using Hearth.Node.Storage;
using Hearth.Node.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hearth.Node.Tests.Storage;

/// <summary>A database that the nodes of a cluster share.</summary>
public sealed class ClusterDatabaseTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task Members_of_a_cluster_have_it_together_and_a_node_that_is_alone_is_refused()
    {
        var connection = await server.NewDatabaseAsync();
        using var alone = PostgresDatabase.At(connection, shared: false);
        using (var one = PostgresDatabase.At(connection, shared: true))
        using (var other = PostgresDatabase.At(connection, shared: true))
        {
            await one.StartAsync(NullLogger.Instance);
            await other.StartAsync(NullLogger.Instance);
            var refused = await Assert.ThrowsAsync<StorageException>(alone.PingAsync);
            Assert.True(refused.IsTaken);
            Assert.Contains("in use by another node", refused.Message);
            await one.PingAsync();
            await other.PingAsync();
        }

        await alone.PingAsync();
    }

    [Fact]
    public async Task A_member_of_a_cluster_is_refused_while_a_node_has_it_alone()
    {
        var connection = await server.NewDatabaseAsync();
        using var member = PostgresDatabase.At(connection, shared: true);
        using (var alone = PostgresDatabase.At(connection, shared: false))
        {
            await alone.PingAsync();
            var refused = await Assert.ThrowsAsync<StorageException>(member.PingAsync);
            Assert.True(refused.IsTaken);
            Assert.Contains("in use by a node that is alone", refused.Message);
        }

        await member.PingAsync();
    }

    [Fact]
    public async Task Its_identity_is_the_same_for_all_who_use_it_and_no_other_databases()
    {
        var connection = await server.NewDatabaseAsync();
        using var one = await StartedAsync(connection);
        using var again = await StartedAsync(connection);
        using var other = await StartedAsync(await server.NewDatabaseAsync());
        Assert.Equal(await one.IdentityAsync(), await again.IdentityAsync());
        Assert.NotEqual(await one.IdentityAsync(), await other.IdentityAsync());
    }

    [Fact]
    public async Task An_ordinary_role_can_do_all_a_node_does()
    {
        var connection = await server.NewDatabaseAsync();
        await ExecuteAsync(connection, "CREATE ROLE plain LOGIN; CREATE SCHEMA plain AUTHORIZATION plain");
        using var plain = await StartedAsync(new NpgsqlConnectionStringBuilder(connection) { Username = "plain" }.ConnectionString);
        Assert.NotEmpty(await plain.IdentityAsync());
        Assert.InRange(await plain.ClockDifferenceAsync(TimeProvider.System), TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(1, "ahead of")]
    [InlineData(-1, "behind")]
    public async Task A_machine_whose_clock_is_far_off_may_not_join(int hours, string how)
    {
        using var database = await StartedAsync(await server.NewDatabaseAsync());
        var time = new FakeTime();
        time.Advance(DateTimeOffset.UtcNow.AddHours(hours) - time.Now);
        Assert.InRange((await database.ClockDifferenceAsync(time)).TotalHours, hours - 0.1, hours + 0.1);
        var refused = await Assert.ThrowsAsync<StorageException>(() => ClusterIdentity.ReadAsync(database, Partition.Default, time));
        Assert.Contains($"s {how} the database's, and a cluster allows 5.", refused.Message);
    }

    [Fact]
    public async Task Nodes_that_have_all_in_common_have_one_name_for_their_system()
    {
        using var database = await StartedAsync(await server.NewDatabaseAsync());
        using var other = await StartedAsync(await server.NewDatabaseAsync());
        var name = (await ClusterIdentity.ReadAsync(database, Partition.Default, TimeProvider.System)).SystemName;
        Assert.Matches("^hearth-[0-9a-f]{12}$", name);
        Assert.Equal(name, (await ClusterIdentity.ReadAsync(database, Partition.Default, TimeProvider.System)).SystemName);
        Assert.NotEqual(name, (await ClusterIdentity.ReadAsync(other, Partition.Default, TimeProvider.System)).SystemName);
        Assert.NotEqual(name, (await ClusterIdentity.ReadAsync(database, Partition.Default with { Region = "eu-west-1" }, TimeProvider.System)).SystemName);
    }

    private static async Task<PostgresDatabase> StartedAsync(string connection)
    {
        var database = PostgresDatabase.At(connection, shared: true);
        await database.StartAsync(NullLogger.Instance);
        return database;
    }

    private static async Task ExecuteAsync(string connectionString, string statement)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
