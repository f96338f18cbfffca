using System.CommandLine;

namespace Hearth.CommandLine.Hosting;

/// <summary>A yes before what cannot be taken back.</summary>
internal static class Confirmation
{
    public static Option<bool> Option() => new("--yes", "-y") { Description = "Do not ask." };

    /// <exception cref="UsageException">Nobody is sure, and nobody can be asked.</exception>
    public static async Task<bool> AskAsync(string question, bool isSure, Session session, CancellationToken cancellationToken)
    {
        if (isSure) return true;
        if (!session.Terminal.CanAsk) throw new UsageException($"{question} This wants a yes, and there is nobody to ask: add --yes.");
        return await session.ConfirmAsync(question, cancellationToken);
    }
}
