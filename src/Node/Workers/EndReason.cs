using Hearth.Contracts.Environments;

namespace Hearth.Node.Workers;

/// <summary>Why environments end, as the metrics call it.</summary>
internal static class EndReason
{
    /// <summary>No memory came free for it in time.</summary>
    public const string NoMemory = "no_memory";

    /// <summary>Its sandbox could not be made, or made again.</summary>
    public const string StartFailed = "start_failed";

    /// <summary>The function could not be loaded.</summary>
    public const string InitFailed = "init_failed";

    /// <summary>The runtime process ended by itself while nobody waited for it.</summary>
    public const string Exited = "exited";

    /// <summary>An operator ended it.</summary>
    public const string Killed = "killed";

    /// <summary>The node stops.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>A bug of the node: its actor ended out of turn.</summary>
    public const string Failed = "failed";

    public static string Of(StopReason reason) => reason switch
    {
        StopReason.Expired => "expired",
        StopReason.MemoryPressure => "memory_pressure",
        StopReason.Updated => "updated",
        StopReason.Deleted => "deleted",
        StopReason.Unfit => "unfit",
        StopReason.Drained => "drained",
        _ => "unspecified",
    };
}
