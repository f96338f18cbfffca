using Hearth.Client;

namespace Hearth.CommandLine.Hosting;

/// <summary>What a name of the command line names.</summary>
internal enum NameKind
{
    Function,

    /// <summary>A node's id.</summary>
    Node,

    /// <summary>A node's address.</summary>
    Member,

    Region,
    Environment,
}

/// <summary>The names that there are, asked of the node: to suggest one for another that does not exist, and to complete what is typed.</summary>
internal sealed class KnownNames
{
    private const int MostNames = 2_000;

    private Dictionary<NameKind, IReadOnlyList<string>> _read = [];

    /// <summary>As they were when last read; none before.</summary>
    public IReadOnlyList<string> this[NameKind kind] => _read.GetValueOrDefault(kind, []);

    /// <summary>Empty where the list cannot be had: a suggestion must not hide the error it follows.</summary>
    public static async Task<IReadOnlyList<string>> AskAsync(HearthClient client, NameKind kind, CancellationToken cancellationToken)
    {
        try
        {
            return kind switch
            {
                NameKind.Function => await FunctionsAsync(client, cancellationToken),
                NameKind.Node => [.. (await client.ListNodesAsync(cancellationToken)).Nodes.Select(node => node.NodeId)],
                NameKind.Member => [.. (await client.GetClusterStatusAsync(cancellationToken)).Members.Select(member => member.Address)],
                NameKind.Region => [.. (await client.ListShardRegionsAsync(cancellationToken)).Regions.Select(region => region.Region)],
                _ => [.. (await client.ListAllEnvironmentsAsync(cancellationToken: cancellationToken)).Environments.Select(environment => environment.EnvironmentId)],
            };
        }
        catch (HearthException)
        {
            return [];
        }
    }

    /// <summary>Reads all of them anew.</summary>
    public async Task ReadAsync(HearthClient client, CancellationToken cancellationToken)
    {
        var kinds = Enum.GetValues<NameKind>();
        var names = await Task.WhenAll(kinds.Select(kind => AskAsync(client, kind, cancellationToken)));
        _read = kinds.Zip(names).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private static async Task<IReadOnlyList<string>> FunctionsAsync(HearthClient client, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (var function in client.ListFunctionsAsync(cancellationToken))
        {
            names.Add(function.FunctionName);
            if (names.Count == MostNames) break;
        }

        return names;
    }
}
