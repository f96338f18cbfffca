using System.Security.Cryptography;
using System.Text;
using Hearth.Contracts.Identity;
using Hearth.Node.Functions;
using Hearth.Node.Storage;

namespace Hearth.Node.Hosting;

/// <summary>
/// What all nodes of a cluster have in common: the database, region and account, the number of shards. Nodes that differ in one of
/// them do not take each other's messages.
/// </summary>
/// <param name="SystemName">What their actor systems are called, by a digest of all that.</param>
internal sealed record ClusterIdentity(string SystemName)
{
    /// <summary>A lease ends by the clocks of two machines.</summary>
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromSeconds(5);

    /// <exception cref="StorageException">The database cannot be asked, or this machine's clock is far from its.</exception>
    public static async Task<ClusterIdentity> ReadAsync(PostgresDatabase database, Partition partition, TimeProvider time)
    {
        var ahead = await database.ClockDifferenceAsync(time);
        if (ahead.Duration() > MaxClockDifference)
        {
            throw new StorageException(
                $"This machine's clock is {ahead.Duration().TotalSeconds:0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the database's, and a cluster allows {MaxClockDifference.TotalSeconds:0}. Set it, as by systemd-timesyncd or chrony, and start the node again.");
        }

        var common = $"{await database.IdentityAsync()} {partition.Region} {partition.AccountId} {FunctionShards.ShardCount}";
        return new ClusterIdentity($"{NodeActors.SystemName}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(common)).AsSpan(0, 6))}");
    }
}
