using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hearth.Node.Workers.Egress;

/// <summary>A block of IPv4 addresses in CIDR form.</summary>
/// <param name="First">Its first address, in host byte order; no bit below <paramref name="Length"/> is set.</param>
/// <param name="Length">0 to 32 leading bits that all its addresses share.</param>
internal readonly record struct Ipv4Range(uint First, int Length)
{
    private uint Mask => Length == 0 ? 0 : uint.MaxValue << (32 - Length);

    /// <summary>The number of its addresses, 1 to 4,294,967,296.</summary>
    public long Size => 1L << (32 - Length);

    /// <summary>Whether every address of the other is in this one; an equal range is.</summary>
    public bool Contains(Ipv4Range other) => other.Length >= Length && (other.First & Mask) == First;

    /// <summary>Of two ranges, one contains the other or they share no address.</summary>
    public bool Meets(Ipv4Range other) => Contains(other) || other.Contains(this);

    public static Ipv4Range Of(IPAddress address) => new(Number(address), 32);

    /// <summary>For ranges that stand in the code.</summary>
    public static Ipv4Range Of(string text) => TryParse(text, out var range, out var error) ? range : throw new FormatException(error);

    /// <summary>Reads <c>10.0.0.0/8</c>, or one address.</summary>
    /// <param name="error">The end of a sentence that begins with the text: what is wrong and, where it is plain, what was meant.</param>
    public static bool TryParse(string text, out Ipv4Range range, out string error)
    {
        (range, error) = (default, "");
        var parts = text.Split('/');
        var length = 32;
        // .NET also takes "10.1" and "0x0a.0.0.1", which mean something else to their reader.
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out var address)
            || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != parts[0])
            || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length)))
        {
            error = "is no address or CIDR, as 10.20.0.0/16 or 10.20.0.7";
            return false;
        }

        if (address.AddressFamily != AddressFamily.InterNetwork)
            error = "is IPv6, which sandboxes do not have";
        else if (length > 32)
            error = "has a prefix length above 32";
        else if (new Ipv4Range(0, length).Mask is var mask && (Number(address) & mask) != Number(address))
            error = $"has address bits below its prefix length; {new Ipv4Range(Number(address) & mask, length)} is the range it lies in";
        else
            range = new Ipv4Range(Number(address), length);
        return error.Length == 0;
    }

    /// <summary>As dotted text, for a number in host byte order.</summary>
    public static string Address(uint number) => $"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}";

    public override string ToString() => $"{Address(First)}/{Length}";

    private static uint Number(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return ((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3];
    }
}
