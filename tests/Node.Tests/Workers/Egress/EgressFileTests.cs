using System.Net;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Tests.Workers.Egress;

public sealed class EgressFileTests
{
    private const string Example = """
        {
          // What the README shows.
          "functions": {
            "crawler": "internet",
            "report-*": [ "internet", "10.20.0.7" ],
            "billing": [ { "to": "10.20.0.0/16", "protocol": "tcp", "ports": "5432, 8000-8100" } ],
            "*": "none",
          },
          "resolvers": [ "10.20.0.53" ],
          "never": [ "198.51.100.7" ],
          "range": "172.30.0.0/16"
        }
        """;

    [Fact]
    public void A_file_is_read()
    {
        var policies = Valid(Example);
        Assert.Equal(["crawler", "report-*", "billing", "*"], policies.Grants.Select(grant => grant.Pattern));
        Assert.True(policies.GrantOf("crawler") is { Internet: true, Rules.Count: 0 });
        Assert.True(policies.GrantOf("report-1") is { Internet: true, Rules: [{ Protocol: null, Ports.Count: 0 }] });
        Assert.Equal("10.20.0.0/16 tcp 5432,8000-8100", Assert.Single(policies.GrantOf("billing")!.Rules).ToString());
        Assert.Equal([IPAddress.Parse("10.20.0.53")], policies.Resolvers);
        Assert.Equal([Ipv4Range.Of("198.51.100.7")], policies.Never);
        Assert.Equal(Ipv4Range.Of("172.30.0.0/16"), policies.Range);
    }

    [Fact]
    public void An_empty_object_grants_nothing_and_uses_the_machines_resolvers()
    {
        var policies = Valid("{}");
        Assert.Null(policies.GrantOf("any"));
        Assert.Null(policies.Resolvers);
        Assert.Equal(EgressPolicies.DefaultRange, policies.Range);
        Assert.Empty(Valid("""{"resolvers": []}""").Resolvers!);
    }

    [Theory]
    [InlineData("a-b", "a-b")]
    [InlineData("a-bc", "a-b*")]
    [InlineData("a-c", "a-*")]
    [InlineData("b", "*")]
    [InlineData("shut", null)]
    [InlineData("shut-too", null)]
    public void The_name_itself_wins_then_the_longest_pattern(string function, string? pattern) => Assert.Equal(
        pattern,
        Valid("""{"functions": {"*": "internet", "a-*": "internet", "a-b*": "internet", "a-b": "internet", "shut*": "none"}}""").GrantOf(function)?.Pattern);

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"function": {}}""", "unknown member \"function\"")]
    [InlineData("""{"functions": []}""", "functions must be an object")]
    [InlineData("""{"functions": {"a": "internet", "a": "none"}}""", "functions has \"a\" more than once")]
    [InlineData("""{"functions": {"a*b": "internet"}}""", "functions.\"a*b\" is no function's name")]
    [InlineData("""{"functions": {"a b": "internet"}}""", "is no function's name")]
    [InlineData("""{"functions": {"a": "all"}}""", "must be \"none\", \"internet\", or an array")]
    [InlineData("""{"functions": {"a": 7}}""", "functions.\"a\" must be")]
    [InlineData("""{"functions": {"a": ["10.0.0.5/8"]}}""", "functions.\"a\"[0]: '10.0.0.5/8' has address bits below its prefix length; 10.0.0.0/8")]
    [InlineData("""{"functions": {"a": ["0.0.0.0/0"]}}""", "say \"internet\"")]
    [InlineData("""{"functions": {"a": ["172.0.0.0/8"]}}""", "wider than 172.16.0.0/12")]
    [InlineData("""{"functions": {"a": ["169.254.169.254"]}}""", "which no function may reach")]
    [InlineData("""{"functions": {"a": ["127.0.0.1"]}}""", "which no function may reach")]
    [InlineData("""{"functions": {"a": ["100.64.7.0/24"]}}""", "where sandboxes have their own addresses")]
    [InlineData("""{"functions": {"a": ["10.7.0.0/16"]}, "range": "10.7.8.0/24"}""", "meets 10.7.8.0/24")]
    [InlineData("""{"functions": {"a": ["fd00::/8"]}}""", "IPv6")]
    [InlineData("""{"functions": {"a": [{"protocol": "tcp"}]}}""", "functions.\"a\"[0] has no \"to\"")]
    [InlineData("""{"functions": {"a": [{"to": 7}]}}""", "functions.\"a\"[0].to must be a string")]
    [InlineData("""{"functions": {"a": [7]}}""", "functions.\"a\"[0] must be an object")]
    [InlineData("""{"functions": {"a": [{"to": "10.0.0.1", "port": "80"}]}}""", "unknown member \"port\"")]
    [InlineData("""{"functions": {"a": [{"to": "10.0.0.1", "protocol": "icmp"}]}}""", "protocol 'icmp' must be tcp or udp")]
    [InlineData("""{"functions": {"a": [{"to": "10.0.0.1", "ports": "0"}]}}""", "ports '0' must be ports")]
    [InlineData("""{"functions": {"a": [{"to": "10.0.0.1", "ports": "80-70"}]}}""", "must be ports")]
    [InlineData("""{"functions": {"a": [{"to": "10.0.0.1", "ports": "1-2-3"}]}}""", "must be ports")]
    [InlineData("""{"functions": {"a": [{"to": "10.0.0.1", "ports": "65536"}]}}""", "must be ports")]
    [InlineData("""{"resolvers": ["127.0.0.53"]}""", "which no sandbox reaches")]
    [InlineData("""{"resolvers": ["169.254.169.254"]}""", "which no sandbox reaches")]
    [InlineData("""{"resolvers": ["10.0.0.0/8"]}""", "must be one address")]
    [InlineData("""{"resolvers": "10.0.0.1"}""", "must be an array")]
    [InlineData("""{"resolvers": ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]}""", "programs read 3")]
    [InlineData("""{"range": "8.0.0.0/8"}""", "range '8.0.0.0/8' must")]
    [InlineData("""{"range": "10.0.0.0/29"}""", "16 addresses")]
    public void What_is_wrong_is_said_with_its_place(string text, string error)
    {
        var (policies, errors) = EgressFile.Parse(text);
        Assert.Null(policies);
        Assert.Contains(error, Assert.Single(errors));
    }

    [Fact]
    public void All_errors_are_said_at_once() =>
        Assert.Equal(3, EgressFile.Parse("""{"functions": {"a": "all", "b": ["127.0.0.1"]}, "more": 1}""").Errors.Count);

    [Fact]
    public void The_machines_resolvers_are_those_a_sandbox_could_reach() => Assert.Equal(
        ["10.0.0.2", "8.8.8.8", "8.8.4.4"],
        MachineResolvers.Parse(["# none", "nameserver 127.0.0.53", "nameserver 10.0.0.2", "search example", "nameserver fd00::1", "nameserver 169.254.169.254", "nameserver\t8.8.8.8", "nameserver 10.0.0.2", "nameserver 8.8.4.4", "nameserver 1.1.1.1"])
            .Select(address => address.ToString()));

    private static EgressPolicies Valid(string text)
    {
        var (policies, errors) = EgressFile.Parse(text);
        Assert.Empty(errors);
        return policies!;
    }
}
