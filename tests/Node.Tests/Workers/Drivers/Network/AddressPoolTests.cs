using Hearth.Node.Workers.Drivers.Container.Network;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Tests.Workers.Drivers.Network;

public sealed class AddressPoolTests
{
    private static readonly Ipv4Range Small = Ipv4Range.Of("198.18.0.0/28");

    [Fact]
    public void Pairs_lie_in_the_range_and_are_given_once_until_returned()
    {
        var pool = new AddressPool("0000000b");
        var pairs = Enumerable.Range(0, 8).Select(_ => pool.Take(Small)).ToArray();
        Assert.Equal(16, pairs.SelectMany(pair => new[] { pair.Machine, pair.Sandbox }).Distinct().Count());
        Assert.All(pairs, pair => Assert.True(Small.Contains(new(pair.Machine, 32)) && Small.Contains(new(pair.Sandbox, 32))));
        Assert.Equal(8, pairs.Select(pair => pair.LinkName).Distinct().Count());
        Assert.All(pairs, pair => Assert.Matches("^hth0000000b[0-9a-v]{4}$", pair.LinkName));
        Assert.Contains("all 8 pairs", Assert.Throws<IOException>(() => pool.Take(Small)).Message);
        pool.Return(pairs[3]);
        Assert.Equal(pairs[3], pool.Take(Small));
    }

    [Fact]
    public void An_address_rests_before_it_is_used_again()
    {
        var pool = new AddressPool("00000000");
        var first = pool.Take(Small);
        pool.Return(first);
        Assert.NotEqual(first, pool.Take(Small));
    }

    [Fact]
    public void What_the_machine_has_is_passed_over()
    {
        var loopback = Ipv4Range.Of("127.0.0.0/28"); // All of it is the machine's.
        Assert.Throws<IOException>(() => new AddressPool("00000000").Take(loopback));
        Assert.True(AddressPool.IsOfMachine(Ipv4Range.Of("127.0.0.1").First));
        Assert.False(AddressPool.IsOfMachine(Ipv4Range.Of("203.0.113.99").First));
    }
}
