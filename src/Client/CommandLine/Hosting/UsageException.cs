namespace Hearth.CommandLine.Hosting;

/// <summary>Something the user gave is wrong. The message names it and what would be right; exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
