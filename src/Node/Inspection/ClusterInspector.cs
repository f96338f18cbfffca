using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Cluster;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Inspection;
using Hearth.Node.Functions;
using Hearth.Node.Membership;

namespace Hearth.Node.Inspection;

/// <summary>What was heard, and the addresses of those that did not answer.</summary>
internal sealed record Answers<T>(IReadOnlyList<(string Address, T Reply)> Heard, IReadOnlyList<string> Unanswered)
{
    public IEnumerable<T> Replies => Heard.Select(answer => answer.Reply);
}

/// <summary>
/// Looks at the whole cluster from this node: asks every member's <see cref="InspectionActor"/> at once, and waits for none longer
/// than <see cref="AnswerDeadline"/>. Thread-safe. Names no actor to those who use it.
/// </summary>
internal sealed class ClusterInspector(ActorSystem system, RecentItems<ClusterEventLine> events, TimeProvider time, ILogger<ClusterInspector> log)
{
    /// <summary>How long one node may take.</summary>
    public static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(1.5);

    /// <summary>How often a followed log is read, and how many times in a row its node may not answer.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromMilliseconds(300);

    private const int LogMisses = 5;

    private static readonly FunctionShards Shards = new();

    private Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(system);

    public string Self => Cluster.SelfAddress.ToString();

    public ClusterStatusResponse Status() => ClusterView.Status(Cluster.State, Cluster.SelfAddress, Cluster.SelfMember.Status);

    public async Task<ShowClusterResponse> ShowAsync()
    {
        var nodes = await DescribeAsync();
        var byAddress = nodes.Heard.ToDictionary(answer => answer.Address, answer => answer.Reply);
        return new ShowClusterResponse(
            [.. ClusterView.Members(Cluster.State).Select(member => byAddress.TryGetValue(member.Address, out var node)
                ? member with { NodeId = node.NodeId, UpSince = node.UpSince }
                : member)],
            nodes.Unanswered);
    }

    public async Task<ListNodesResponse> NodesAsync()
    {
        var nodes = await DescribeAsync();
        return new ListNodesResponse([.. nodes.Replies.OrderBy(node => node.NodeId, StringComparer.Ordinal).ThenBy(node => node.Address, StringComparer.Ordinal)], nodes.Unanswered);
    }

    public async Task<(NodeDescription? Node, RequestError? Error)> NodeAsync(string address) =>
        await AskAsync<NodeDescribed>(address, new DescribeNode()) is { } described ? (described.Node, null) : (null, NoAnswer(address));

    /// <summary>The address of the node that is named by its id, its address, its <c>host:port</c> or as <see cref="NodeApi.Self"/>.</summary>
    public async Task<(string? Address, RequestError? Error)> FindAsync(string node)
    {
        if (node == NodeApi.Self)
            return (Self, null);
        if (FindMember(node) is { } member)
            return (member.Address.ToString(), null);

        var nodes = await DescribeAsync();
        return nodes.Heard.Where(answer => string.Equals(answer.Reply.NodeId, node, StringComparison.OrdinalIgnoreCase)).Select(answer => answer.Address).ToList() switch
        {
            [var one] => (one, null),
            [] => (null, new RequestError(ErrorCode.ResourceNotFound, $"No node is called '{node}'.{Silent(nodes.Unanswered)}")),
            var several => (null, RequestError.InvalidParameter($"Several nodes are called '{node}': name one by its address, of {string.Join(", ", several)}.")),
        };
    }

    /// <summary>Asks a member to leave in order.</summary>
    /// <param name="address">An address or its <c>host:port</c>; null for this node.</param>
    public (ClusterChangeResponse? Change, RequestError? Error) Leave(string? address) => Change(address ?? Self, "leave", Cluster.Leave);

    /// <summary>Declares a member gone, for ever; for one whose machine does not run any more.</summary>
    public (ClusterChangeResponse? Change, RequestError? Error) Down(string address) => Change(address, "down", Cluster.Down);

    /// <summary>The members as they are, then every event from now on.</summary>
    public async IAsyncEnumerable<ClusterEventLine> FollowEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reached = events.Last;
        foreach (var member in Cluster.State.Members)
            yield return ClusterView.Current(member, time.GetUtcNow());
        while (true)
        {
            await events.AddedAfterAsync(reached, cancellationToken);
            foreach (var (number, line) in events.After(reached))
            {
                reached = number;
                yield return line;
            }
        }
    }

    public async Task<ListRegionsResponse> RegionsAsync()
    {
        var (sharding, unanswered) = await ShardingAsync();
        return new ListRegionsResponse(sharding?.Regions ?? [], unanswered);
    }

    public async Task<ShardingStatisticsResponse> StatisticsAsync()
    {
        var (sharding, unanswered) = await ShardingAsync();
        return new ShardingStatisticsResponse(sharding?.Statistics ?? [], unanswered);
    }

    /// <param name="region">Null for all.</param>
    public async Task<(ListShardsResponse? Shards, RequestError? Error)> ShardsAsync(string? region)
    {
        var (sharding, silent) = region is null ? default : await ShardingAsync();
        if (region is not null && sharding?.Regions.Any(known => known.Region == region) != true)
            return (null, new RequestError(ErrorCode.ResourceNotFound, $"There is no shard region '{region}'.{Silent(silent)}"));

        var nodes = await AskAllAsync<ShardsListed>(new ListShards(region));
        return (new ListShardsResponse(
            [.. nodes.Replies.SelectMany(node => node.Shards).OrderBy(shard => shard.Region, StringComparer.Ordinal).ThenBy(shard => shard.ShardId.Length).ThenBy(shard => shard.ShardId, StringComparer.Ordinal)],
            [.. nodes.Replies.SelectMany(node => node.Failed)],
            nodes.Unanswered), null);
    }

    public async Task<FunctionLocation> LocateAsync(string functionName)
    {
        var shard = Shards.ShardId(functionName);
        var nodes = await AskAllAsync<ShardsListed>(new ListShards(FunctionShards.RegionName, functionName));
        return new FunctionLocation(
            functionName, FunctionShards.RegionName, shard,
            nodes.Replies.SelectMany(node => node.Shards).FirstOrDefault(found => found.ShardId == shard)?.Address,
            nodes.Replies.Any(node => node.EntityShard is not null),
            nodes.Unanswered);
    }

    /// <param name="address">One node's; null for all.</param>
    public async Task<ListNodeEnvironmentsResponse> EnvironmentsAsync(string? address, string? functionName)
    {
        var members = Members().Where(member => address is null || member.ToString() == address);
        var nodes = await AllAsync(members, member => EnvironmentsOfAsync(member, functionName));
        return new ListNodeEnvironmentsResponse(
            [.. nodes.Replies.SelectMany(node => node.Environments).OrderBy(one => one.FunctionName, StringComparer.Ordinal).ThenBy(one => one.EnvironmentId, StringComparer.Ordinal)],
            nodes.Unanswered,
            [.. nodes.Heard.Where(node => node.Reply.More).Select(node => node.Address)]);
    }

    public async Task<(KillEnvironmentResponse? Killed, RequestError? Error)> KillAsync(string environmentId)
    {
        var nodes = await AskAllAsync<EnvironmentKillAnswered>(new KillEnvironment(environmentId));
        return nodes.Replies.FirstOrDefault(node => node.Killed) is { } killed
            ? (new KillEnvironmentResponse(environmentId, killed.NodeId), null)
            : (null, new RequestError(ErrorCode.ResourceNotFound, $"No node has an execution environment '{environmentId}'.{Silent(nodes.Unanswered)}"));
    }

    public async Task<ListFunctionLoadsResponse> LoadsAsync()
    {
        var nodes = await AskAllAsync<FunctionLoadsListed>(new ListFunctionLoads());
        return new ListFunctionLoadsResponse(FunctionLoads.Add(nodes.Replies.SelectMany(node => node.Functions)), nodes.Unanswered);
    }

    public async Task<(ListActorsResponse? Actors, RequestError? Error)> ActorsAsync(string address, int depth) =>
        await AskAsync<ActorsListed>(address, new ListActors(depth)) is { } listed ? (listed.Actors, null) : (null, NoAnswer(address));

    public async Task<(DrainNodeResponse? Drain, RequestError? Error)> DrainAsync(string address)
    {
        log.LogWarning("Node {Address} is told to drain, by the API", address);
        return await AskAsync<NodeDraining>(address, new DrainNode()) is { } draining
            ? (new DrainNodeResponse(draining.NodeId, draining.Address), null)
            : (null, NoAnswer(address));
    }

    /// <summary>The newest lines of a node's log, then those to come; ends when the node does not answer any more.</summary>
    public async IAsyncEnumerable<NodeLogLine> FollowLogAsync(string address, LogLevel level, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long reached = 0;
        for (var misses = 0; misses < LogMisses;)
        {
            var read = await AskAsync<NodeLogRead>(address, new ReadNodeLog(reached, level.ToString()));
            cancellationToken.ThrowIfCancellationRequested();
            misses = read is null ? misses + 1 : 0;
            foreach (var line in read?.Lines ?? [])
                yield return line;
            reached = read?.Last ?? reached;
            if (read is not { Lines.Count: ReadNodeLog.PageSize })
                await Task.Delay(LogInterval, time, cancellationToken);
        }
    }

    private async Task<Answers<NodeDescription>> DescribeAsync()
    {
        var nodes = await AskAllAsync<NodeDescribed>(new DescribeNode());
        return new Answers<NodeDescription>([.. nodes.Heard.Select(answer => (answer.Address, answer.Reply.Node))], nodes.Unanswered);
    }

    // Any node with a region of its own knows the coordinators: this one first, for the way is shortest.
    private async Task<(ShardingDescribed? Sharding, IReadOnlyList<string> Unanswered)> ShardingAsync()
    {
        if (Akka.Cluster.Sharding.ClusterSharding.Get(system).ShardTypeNames.Count > 0)
            return await AskAsync<ShardingDescribed>(Self, new DescribeSharding()) is { } own ? (own, []) : (null, [Self]);

        var nodes = await AskAllAsync<ShardingDescribed>(new DescribeSharding());
        var found = nodes.Replies.FirstOrDefault(node => node.Regions.Count > 0);
        return (found, found is null ? nodes.Unanswered : []);
    }

    // Page after page while the node's time lasts.
    private async Task<NodeEnvironmentsListed?> EnvironmentsOfAsync(Address member, string? functionName)
    {
        var began = time.GetTimestamp();
        List<NodeEnvironment> all = [];
        while (AnswerDeadline - time.GetElapsedTime(began) is { Ticks: > 0 } left)
        {
            var page = await AskAsync<NodeEnvironmentsListed>(member, new ListNodeEnvironments(functionName, all.LastOrDefault()?.EnvironmentId), left);
            if (page is null)
                break;
            all.AddRange(page.Environments);
            if (!page.More)
                return new NodeEnvironmentsListed(all, More: false);
        }

        return all.Count == 0 ? null : new NodeEnvironmentsListed(all, More: true);
    }

    private Task<Answers<T>> AskAllAsync<T>(IInspectionMessage message)
        where T : class => AllAsync(Members(), member => AskAsync<T>(member, message, AnswerDeadline));

    private static async Task<Answers<T>> AllAsync<T>(IEnumerable<Address> members, Func<Address, Task<T?>> ask)
        where T : class
    {
        var answers = await Task.WhenAll(members.Select(async member => (Address: member.ToString(), Reply: await ask(member))));
        return new Answers<T>(
            [.. answers.Where(answer => answer.Reply is not null).Select(answer => (answer.Address, answer.Reply!))],
            [.. answers.Where(answer => answer.Reply is null).Select(answer => answer.Address).Order(StringComparer.Ordinal)]);
    }

    private Task<T?> AskAsync<T>(string address, IInspectionMessage message)
        where T : class => AskAsync<T>(Akka.Actor.Address.Parse(address), message, AnswerDeadline);

    /// <summary>Null where no answer came.</summary>
    private async Task<T?> AskAsync<T>(Address member, IInspectionMessage message, TimeSpan deadline)
        where T : class
    {
        try
        {
            return await system.ActorSelection(new RootActorPath(member) / "user" / InspectionActor.Name).Ask<object>(message, deadline) as T;
        }
        catch (Exception silence)
        {
            // Whatever it was, too late or broken: the others have answered, and this one is named.
            log.LogDebug(silence, "{Address} did not answer {Message}", member, message.GetType().Name);
            return null;
        }
    }

    // A member that is out does not come back to answer.
    private IEnumerable<Address> Members() =>
        Cluster.State.Members.Where(member => member.Status is not (MemberStatus.Removed or MemberStatus.Down)).Select(member => member.Address);

    private Member? FindMember(string name) =>
        Cluster.State.Members.FirstOrDefault(member => member.Address.ToString() == name || NodeRoles.IdOf(member.Address) == name);

    private (ClusterChangeResponse? Change, RequestError? Error) Change(string address, string change, Action<Address> carryOut)
    {
        if (FindMember(address) is not { } member)
            return (null, new RequestError(ErrorCode.ResourceNotFound, $"No member of the cluster has the address '{address}'."));
        log.LogWarning("Member {Address} is told to {Change}, by the API", member.Address, change);
        carryOut(member.Address);
        return (new ClusterChangeResponse(member.Address.ToString(), change), null);
    }

    private static RequestError NoAnswer(string address) => new(ErrorCode.ServiceUnavailable, $"The node {address} did not answer in time.");

    private static string Silent(IReadOnlyList<string>? unanswered) =>
        unanswered is { Count: > 0 } ? $" These did not answer: {string.Join(", ", unanswered)}." : "";
}
