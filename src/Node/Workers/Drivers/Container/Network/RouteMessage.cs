using System.Buffers.Binary;
using System.Text;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>
/// One request to the kernel's routing netlink: a header, a fixed part, and attributes that may nest (rtnetlink(7)).
/// Numbers are in the machine's byte order, addresses in the network's.
/// </summary>
internal sealed class RouteMessage
{
    private const ushort Request = 1, Acknowledge = 4;
    private const int HeaderBytes = 16, Alignment = 4;

    private readonly byte[] _bytes = new byte[512];
    private int _length = HeaderBytes;

    /// <param name="type">RTM_…</param>
    /// <param name="flags">NLM_F_… beside the request for an acknowledgement.</param>
    public RouteMessage(ushort type, ushort flags)
    {
        BitConverter.TryWriteBytes(_bytes.AsSpan(4), type);
        BitConverter.TryWriteBytes(_bytes.AsSpan(6), (ushort)(flags | Request | Acknowledge));
    }

    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            BitConverter.TryWriteBytes(_bytes, _length);
            return _bytes.AsSpan(0, _length);
        }
    }

    /// <summary><c>struct ifinfomsg</c>: which link, and whether to bring it up.</summary>
    public RouteMessage Link(int index = 0, bool up = false) => Int(0).Int(index).Int(up ? 1 : 0).Int(up ? 1 : 0);

    /// <summary><c>struct ifaddrmsg</c>.</summary>
    public RouteMessage Address(byte prefixLength, int index) => Raw([2, prefixLength, 0, 0]).Int(index);

    /// <summary><c>struct rtmsg</c> of the default route, in the main table.</summary>
    public RouteMessage DefaultRoute() => Raw([2, 0, 0, 0, 254, 4, 0, 1]).Int(0);

    public RouteMessage Attribute(ushort type, int value) => Begin(type, sizeof(int)).Int(value);

    /// <summary>An IPv4 address, given in host byte order.</summary>
    public RouteMessage AddressAttribute(ushort type, uint address) => Attribute(type, BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((int)address) : (int)address);

    public RouteMessage Attribute(ushort type, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text + "\0");
        return Begin(type, bytes.Length).Raw(bytes);
    }

    /// <summary>An attribute whose content is what <paramref name="content"/> adds.</summary>
    public RouteMessage Nested(ushort type, Action<RouteMessage> content)
    {
        var start = _length;
        Begin(type, 0);
        content(this);
        BitConverter.TryWriteBytes(_bytes.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    private RouteMessage Begin(ushort type, int contentBytes)
    {
        BitConverter.TryWriteBytes(_bytes.AsSpan(_length), (ushort)(contentBytes + 4));
        BitConverter.TryWriteBytes(_bytes.AsSpan(_length + 2), type);
        _length += 4;
        return this;
    }

    private RouteMessage Int(int value)
    {
        BitConverter.TryWriteBytes(_bytes.AsSpan(_length), value);
        _length += sizeof(int);
        return this;
    }

    private RouteMessage Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += (bytes.Length + Alignment - 1) / Alignment * Alignment;
        return this;
    }
}
