using System.Net;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Tests.Workers.Egress;

public sealed class Ipv4RangeTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8", 16_777_216)]
    [InlineData("10.20.0.7", "10.20.0.7/32", 1)]
    [InlineData("0.0.0.0/0", "0.0.0.0/0", 4_294_967_296)]
    [InlineData("255.255.255.255/32", "255.255.255.255/32", 1)]
    public void A_range_is_read_and_written(string text, string written, long size)
    {
        Assert.True(Ipv4Range.TryParse(text, out var range, out _));
        Assert.Equal((written, size), (range.ToString(), range.Size));
    }

    [Theory]
    [InlineData("10.0.0.5/8", "10.0.0.0/8 is the range it lies in")]
    [InlineData("fd00::/8", "IPv6")]
    [InlineData("10.0.0.0/33", "above 32")]
    [InlineData("10.0.0.0/8/8", "no address")]
    [InlineData("10.0.0.0/-8", "no address")]
    [InlineData("10.0.0.0/", "no address")]
    [InlineData("10.1", "no address")]
    [InlineData("010.0.0.1", "no address")]
    [InlineData("0x0a.0.0.1", "no address")]
    [InlineData("example.com", "no address")]
    [InlineData("", "no address")]
    public void What_is_wrong_is_said(string text, string error)
    {
        Assert.False(Ipv4Range.TryParse(text, out _, out var said));
        Assert.Contains(error, said);
    }

    [Fact]
    public void A_range_contains_what_lies_in_it_and_itself()
    {
        var (ten, inner, other) = (Ipv4Range.Of("10.0.0.0/8"), Ipv4Range.Of("10.255.255.255"), Ipv4Range.Of("11.0.0.0/8"));
        Assert.True(ten.Contains(inner) && ten.Contains(ten) && Ipv4Range.Of("0.0.0.0/0").Contains(other));
        Assert.False(inner.Contains(ten) || ten.Contains(other));
        Assert.True(inner.Meets(ten) && ten.Meets(inner));
        Assert.False(ten.Meets(other));
        Assert.Equal("10.255.255.255", Ipv4Range.Address(Ipv4Range.Of(IPAddress.Parse("10.255.255.255")).First));
    }
}
