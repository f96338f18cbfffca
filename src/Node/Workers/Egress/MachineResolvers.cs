using System.Net;
using System.Net.Sockets;

namespace Hearth.Node.Workers.Egress;

/// <summary>This machine's own name servers.</summary>
internal static class MachineResolvers
{
    /// <summary>
    /// The second for machines whose first names systemd-resolved's listener on loopback, which no sandbox reaches.
    /// </summary>
    public static readonly IReadOnlyList<string> Files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

    /// <summary>The IPv4 ones that a sandbox could reach, three at most as resolv.conf has it; from the first file that names one.</summary>
    public static IReadOnlyList<IPAddress> Read() => Files.Where(File.Exists).Select(file => Parse(File.ReadLines(file))).FirstOrDefault(found => found.Count > 0) ?? [];

    public static IReadOnlyList<IPAddress> Parse(IEnumerable<string> lines) =>
        [.. lines
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out var address) ? address : null)
            .OfType<IPAddress>()
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !SpecialRanges.Never.Any(range => range.Contains(Ipv4Range.Of(address))))
            .Distinct()
            .Take(3)];
}
