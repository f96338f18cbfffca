namespace Bench.Subjects;

/// <summary>One node for each kind that is measured, all at once, so that samples of each can take turns.</summary>
internal sealed class HearthNodes : IAsyncDisposable
{
    private readonly List<HearthNode> _nodes = [];

    public IReadOnlyList<HearthNode> All => _nodes;

    /// <summary>Those that every node serves.</summary>
    public IEnumerable<Language> Languages => Language.All.Where(language => _nodes.TrueForAll(node => node.Serves(language)));

    public static async Task<HearthNodes> StartAsync(BenchOptions options, IReadOnlyList<NodeKind> kinds, CancellationToken cancellation)
    {
        var nodes = new HearthNodes();
        try
        {
            foreach (var kind in kinds)
                nodes._nodes.Add(await HearthNode.StartAsync(options, kind, cancellation));
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        _nodes.Clear();
    }
}
