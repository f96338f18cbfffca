using System.Net.Sockets;
using Hearth.Node.Workers.Drivers.Native;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>
/// A pair of virtual Ethernet devices: <c>eth0</c> in a sandbox, and its other end on the machine, in the link group by
/// which the packet filter knows what the sandbox may reach.
/// </summary>
internal static class SandboxLink
{
    private const ushort NewLink = 16, DeleteLink = 17, SetLink = 19, NewAddress = 20, NewRoute = 24;
    private const ushort Exclusive = 0x200, CreateNew = 0x400;
    private const ushort LinkName = 3, LinkInfo = 18, LinkGroup = 27, LinkNamespace = 28, InfoKind = 1, InfoData = 2, VethPeer = 1;
    private const ushort AddressOfPeer = 1, LocalAddress = 2, RouteGateway = 5;
    private const int NoSuchDevice = 19;
    private const string NameInSandbox = "eth0";
    private const byte PairPrefix = 31;

    /// <summary>Makes it and brings it up. A failure leaves nothing. About half a millisecond.</summary>
    /// <exception cref="IOException">The kernel refused; the message says which step and why.</exception>
    public static void Create(AddressPair pair, int group, Socket listener)
    {
        using var machine = RouteSocket.OfMachine();
        using var sandbox = NamespaceDoor.Of(listener);
        machine.Send(
            new RouteMessage(NewLink, CreateNew | Exclusive).Link().Attribute(LinkName, pair.LinkName).Attribute(LinkGroup, group)
                .Nested(LinkInfo, info => info.Attribute(InfoKind, "veth").Nested(InfoData, data => data.Nested(
                    VethPeer, peer => peer.Link().Attribute(LinkName, NameInSandbox).Attribute(LinkNamespace, sandbox.Descriptor)))),
            $"making the link {pair.LinkName}");
        try
        {
            SwitchOffIpv6(pair.LinkName);
            var (index, inner) = (machine.IndexOf(pair.LinkName), sandbox.Routes.IndexOf(NameInSandbox));
            machine.Send(Address(index, pair.Machine), $"addressing {pair.LinkName}");
            machine.Send(new RouteMessage(SetLink, 0).Link(index, up: true), $"bringing {pair.LinkName} up");
            sandbox.Routes.Send(Address(inner, pair.Sandbox), "addressing the sandbox's eth0");
            sandbox.Routes.Send(new RouteMessage(SetLink, 0).Link(inner, up: true), "bringing the sandbox's eth0 up");
            sandbox.Routes.Send(new RouteMessage(NewRoute, CreateNew).DefaultRoute().AddressAttribute(RouteGateway, pair.Machine), "routing the sandbox");
        }
        catch (IOException)
        {
            Delete(pair.LinkName);
            throw;
        }
    }

    /// <summary>Puts it into another group.</summary>
    public static void Regroup(string name, int group)
    {
        using var machine = RouteSocket.OfMachine();
        machine.Send(new RouteMessage(SetLink, 0).Link().Attribute(LinkName, name).Attribute(LinkGroup, group), $"regrouping {name}");
    }

    /// <summary>No effect where it is gone: it ends with the sandbox's namespace as well.</summary>
    public static void Delete(string name)
    {
        using var machine = RouteSocket.OfMachine();
        if (machine.Try(new RouteMessage(DeleteLink, 0).Link().Attribute(LinkName, name), $"deleting {name}") is var error and not (0 or NoSuchDevice))
            throw new IOException($"deleting the link {name}: {Libc.Describe(error)}");
    }

    /// <summary>The links on this machine whose names begin so.</summary>
    public static IReadOnlyList<string> Named(string prefix) =>
        [.. Directory.EnumerateDirectories("/proc/sys/net/ipv4/conf", prefix + "*").Select(folder => Path.GetFileName(folder))];

    private static RouteMessage Address(int index, uint address) =>
        new RouteMessage(NewAddress, CreateNew | Exclusive).Address(PairPrefix, index).AddressAttribute(LocalAddress, address).AddressAttribute(AddressOfPeer, address);

    private static void SwitchOffIpv6(string name)
    {
        var setting = $"/proc/sys/net/ipv6/conf/{name}/disable_ipv6";
        if (File.Exists(setting))
            File.WriteAllText(setting, "1");
    }
}
