using System.CommandLine;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth cluster-sharding</c>: which node has which functions' actors.</summary>
internal static class ShardingCommand
{
    public static Command Create(CommandHost host) => new("cluster-sharding", "Look at how functions' actors are spread over the nodes.")
    {
        Regions(host), Shards(host), Locate(host), Statistics(host),
    };

    private static Command Regions(CommandHost host)
    {
        var command = new Command("regions", "List the shard regions and the nodes that have them.");
        host.Handle(command, async (_, session, cancellationToken) =>
        {
            var answer = await session.Client.ListShardRegionsAsync(cancellationToken);
            if (session.Json)
            {
                session.WriteJson(answer, CommandJson.Indented.ListRegionsResponse);
            }
            else
            {
                var table = session.Out.TableFor("Region", "Node");
                foreach (var region in answer.Regions)
                    foreach (var address in region.Addresses) table.AddTextRow(region.Region, address);
                session.Out.Write(table);
            }

            session.NoteUnanswered(answer.Unanswered);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Shards(CommandHost host)
    {
        var command = new Command("shards", "List the shards, the node that has each, and how many actors are awake in it.") { host.Globals.RegionName };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            var answer = await session.Client.ListShardsAsync(parsed.GetValue(host.Globals.RegionName), cancellationToken);
            if (session.Json)
            {
                session.WriteJson(answer, CommandJson.Indented.ListShardsResponse);
            }
            else
            {
                var table = session.Out.TableFor("Region", "Shard", "Node", "Entities");
                foreach (var shard in answer.Shards) table.AddTextRow(shard.Region, shard.ShardId, shard.Address, shard.Entities.ToString());
                session.Out.Write(table);
                session.Out.Say($"Count: {answer.Shards.Count} shards");
            }

            WarnFailed(answer.Failed, session);
            session.NoteUnanswered(answer.Unanswered);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Locate(CommandHost host)
    {
        var command = new Command("locate", "Tell which node has a function's actor.") { host.Globals.FunctionName };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            // Every name has a shard: only the function says whether it exists.
            var function = await session.Client.GetFunctionConfigurationAsync(parsed.GetRequiredValue(host.Globals.FunctionName), cancellationToken);
            var location = await session.Client.LocateFunctionAsync(function.FunctionName, cancellationToken);
            if (session.Json) session.WriteJson(location, CommandJson.Indented.FunctionLocation);
            else session.Out.Say($"{location.FunctionName} is in shard {location.ShardId} of {location.Region}, {(location.Address is null ? "which no node has yet" : $"on {location.Address}, {(location.Awake ? "awake" : "asleep")}")}");
            session.NoteUnanswered(location.Unanswered);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Statistics(CommandHost host)
    {
        var command = new Command("stats", "Count shards and actors by region and node.");
        host.Handle(command, async (_, session, cancellationToken) =>
        {
            var answer = await session.Client.GetShardingStatisticsAsync(cancellationToken);
            if (session.Json)
            {
                session.WriteJson(answer, CommandJson.Indented.ShardingStatisticsResponse);
            }
            else
            {
                var table = session.Out.TableFor("Region", "Node", "Shards", "Entities");
                foreach (var node in answer.Regions) table.AddTextRow(node.Region, node.Address, node.Shards.ToString(), node.Entities.ToString());
                session.Out.Write(table);
            }

            WarnFailed([.. answer.Regions.SelectMany(node => node.Failed.Select(shard => $"{node.Region}/{shard}"))], session);
            session.NoteUnanswered(answer.Unanswered);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void WarnFailed(IReadOnlyList<string> shards, Session session)
    {
        if (shards.Count > 0) session.Terminal.Error.Warn($"shards that did not answer: {string.Join(", ", shards)}");
    }
}
