using System.Net;
using System.Net.Sockets;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>Two addresses, the link's name, and the number both stand for.</summary>
/// <param name="Machine">The machine's end, in host byte order; the sandbox's gateway.</param>
internal readonly record struct AddressPair(int Number, uint Machine, string LinkName)
{
    public uint Sandbox => Machine + 1;
}

/// <summary>
/// Gives each sandbox two addresses (a /31) that no other sandbox has. Each instance begins at a place drawn from its
/// name and goes round, so that two nodes on one machine are unlikely to meet and an address rests before it is used
/// again; a pair that the machine already has is passed over.
/// </summary>
internal sealed class AddressPool(string instance)
{
    /// <summary>What the links of all instances begin with.</summary>
    public const string LinkPrefix = "hth";

    private const int MostPairs = 1 << 20; // Four digits of 32: with the instance's eight, a name of 15 letters, the most there can be.
    private const string Digits = "0123456789abcdefghijklmnopqrstuv";

    private readonly HashSet<int> _taken = [];
    private int _next = (int)(Convert.ToUInt32(instance, 16) % MostPairs);

    /// <summary>What the links of this instance begin with.</summary>
    public string InstancePrefix { get; } = LinkPrefix + instance;

    /// <exception cref="IOException">All are in use.</exception>
    public AddressPair Take(Ipv4Range range)
    {
        var pairs = (int)Math.Min(range.Size / 2, MostPairs);
        for (var i = 0; i < pairs; i++)
        {
            var number = (_next + i) % pairs;
            var pair = new AddressPair(number, range.First + ((uint)number * 2), InstancePrefix + Suffix(number));
            if (_taken.Contains(number) || IsOfMachine(pair.Machine))
                continue;
            _taken.Add(number);
            _next = number + 1;
            return pair;
        }

        throw new IOException($"all {pairs} pairs of addresses in {range} are in use");
    }

    public void Return(AddressPair pair) => _taken.Remove(pair.Number);

    /// <summary>Whether the address is one of this machine's, by binding to it.</summary>
    public static bool IsOfMachine(uint address)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Parse(Ipv4Range.Address(address)), 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Suffix(int number) =>
        string.Concat(Enumerable.Range(0, 4).Select(digit => Digits[(number >> (15 - (5 * digit))) & 31]));
}
