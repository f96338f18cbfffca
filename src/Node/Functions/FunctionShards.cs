using Akka.Cluster.Sharding;
using Hearth.Contracts.Functions;

namespace Hearth.Node.Functions;

/// <summary>Which shard and entity a message goes to: the function's name decides.</summary>
internal sealed class FunctionShards() : HashCodeMessageExtractor(ShardCount)
{
    public const string RegionName = "function";

    /// <summary>Fixed for a cluster's life: ten times the nodes it may grow to.</summary>
    public const int ShardCount = 100;

    public override string? EntityId(object message) => (message as IFunctionMessage)?.FunctionName;
}
