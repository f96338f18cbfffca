using Hearth.Contracts.Errors;

namespace Hearth.Node.Storage;

/// <summary>Whether the database can be written to: as it was when last asked, or asked now.</summary>
internal sealed class StorageHealth(Database database)
{
    /// <summary>What callers are told where the database is needed and away.</summary>
    public static readonly RequestError Unavailable = new(ErrorCode.ServiceUnavailable, "The database is not available at the moment; nothing was changed. Try again.");

    private volatile StorageException? _problem;

    /// <summary>As last asked; null where it answers.</summary>
    public StorageException? Problem => _problem;

    /// <summary>Why nothing can be recorded, as last asked; null where it can.</summary>
    public RequestError? Refusal => _problem is null ? null : Unavailable;

    /// <summary>Asks now: why nothing can be recorded; null where it can.</summary>
    public async Task<RequestError?> RefusalAsync()
    {
        try
        {
            await database.PingAsync();
            _problem = null;
        }
        catch (StorageException problem)
        {
            _problem = problem;
        }

        return Refusal;
    }
}
