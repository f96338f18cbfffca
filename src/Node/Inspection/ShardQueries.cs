using Akka.Actor;
using Akka.Cluster.Sharding;
using Hearth.Contracts.Api;
using Hearth.Contracts.Inspection;

namespace Hearth.Node.Inspection;

/// <summary>Asks cluster sharding what it knows, in its own messages.</summary>
/// <remarks>Only real regions are asked: a proxy passes on what is meant for the coordinator, and has no shards to tell of.</remarks>
internal static class ShardQueries
{
    /// <summary>Shorter than what the node that asks this one waits for.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1.2), StatisticsDeadline = TimeSpan.FromSeconds(1);

    /// <summary>What the node's own regions have.</summary>
    public static async Task<ShardsListed> ShardsAsync(ActorSystem system, string self, ListShards query)
    {
        List<ShardDescription> shards = [];
        List<string> failed = [];
        string? found = null;
        foreach (var (name, region) in Regions(system).Where(region => query.Region is null || region.Name == query.Region))
        {
            var state = await region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, Deadline);
            shards.AddRange(state.Shards.Select(shard => new ShardDescription(name, shard.ShardId, self, shard.EntityIds.Count)));
            failed.AddRange(state.Failed.Select(shard => $"{name}/{shard}"));
            found ??= query.EntityId is { } entity ? state.Shards.FirstOrDefault(shard => shard.EntityIds.Contains(entity))?.ShardId : null;
        }

        return new ShardsListed(shards, failed, found);
    }

    /// <summary>What the coordinators know of all nodes' regions; nothing on a node that has only proxies.</summary>
    public static async Task<ShardingDescribed> ShardingAsync(ActorSystem system)
    {
        var asked = Regions(system).Select(async region =>
        {
            var current = region.Region.Ask<CurrentRegions>(GetCurrentRegions.Instance, Deadline);
            var statistics = region.Region.Ask<ClusterShardingStats>(new GetClusterShardingStats(StatisticsDeadline), Deadline);
            return (region.Name, Current: await current, Statistics: await statistics);
        }).ToList();
        var regions = (await Task.WhenAll(asked)).OrderBy(region => region.Name, StringComparer.Ordinal).ToList();
        return new ShardingDescribed(
            [.. regions.Select(region => new RegionDescription(region.Name, [.. region.Current.Regions.Select(address => address.ToString()).Order(StringComparer.Ordinal)]))],
            [.. regions.SelectMany(region => region.Statistics.Regions
                .OrderBy(node => node.Key.ToString(), StringComparer.Ordinal)
                .Select(node => new RegionStatistics(
                    region.Name, node.Key.ToString(), node.Value.Stats.Count, node.Value.Stats.Values.Sum(),
                    [.. node.Value.Failed.Order(StringComparer.Ordinal)])))]);
    }

    private static IEnumerable<(string Name, IActorRef Region)> Regions(ActorSystem system)
    {
        var sharding = ClusterSharding.Get(system);
        return sharding.ShardTypeNames.Select(name => (name, sharding.ShardRegion(name)));
    }
}
