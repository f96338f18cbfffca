using System.Security.Cryptography;
using System.Text;
using Hearth.Contracts.Environments;

namespace Hearth.Node.Workers.Drivers;

/// <summary>
/// The mark by which a node finds again what an earlier node with the same data directory left on this machine.
/// </summary>
internal static class SandboxInstance
{
    /// <summary>Eight lower-case hexadecimal digits of the data directory's full path.</summary>
    public static string Of(string dataDirectory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 4));
    }

    /// <summary>The identity becomes the name of folders and cgroups.</summary>
    /// <exception cref="SandboxStartException">It is not 1 to 64 letters, digits, hyphens or underscores.</exception>
    public static string NameOf(EnvironmentId environment)
    {
        var name = environment.Value;
        return name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? name
            : throw new SandboxStartException($"\"{name}\" cannot name a sandbox: 1 to 64 letters, digits, hyphens and underscores are allowed.");
    }
}
