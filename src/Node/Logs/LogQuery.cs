namespace Hearth.Node.Logs;

/// <summary>Which lines of a function's log to read, oldest first.</summary>
/// <param name="Since">Leaves out lines with an earlier timestamp; null reads from the oldest kept.</param>
/// <param name="Limit">Begins with the last so many lines of the log as it stands; 0 skips it all; null reads all of it.</param>
/// <param name="Follow">Goes on with new lines as they are written, until cancelled.</param>
internal sealed record LogQuery(DateTimeOffset? Since = null, int? Limit = null, bool Follow = false);
