namespace Hearth.Node.RuntimeApi;

/// <summary>
/// How many bodies the node reads at once for one sandbox; the others wait. A body is in the node's memory until its end, which a
/// hostile function never sends: on each connection it may hold, that would be 192 MiB for a sandbox.
/// </summary>
/// <remarks>Never disposed, as a body may be read beyond its environment's end; without a wait handle there is nothing to dispose of.</remarks>
internal sealed class BodyTurns(SemaphoreSlim turns)
{
    /// <summary>A runtime answers with one; the rest is room for connections that it left half way.</summary>
    public const int AtOnce = 4;

    public static BodyTurns Create() => new(new SemaphoreSlim(AtOnce));

    /// <summary>Disposing the turn ends it.</summary>
    /// <exception cref="OperationCanceledException">The connection was closed before its turn.</exception>
    public async ValueTask<Turn> TakeAsync(CancellationToken connectionClosed)
    {
        await turns.WaitAsync(connectionClosed);
        return new Turn(turns);
    }

    public readonly struct Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
