using Hearth.Client.Tests.Fakes;

namespace Hearth.Client.Tests;

public sealed class HearthClientOptionsTests : NodeTests
{
    [Theory]
    [InlineData(null, null, "http://127.0.0.1:9070/")]
    [InlineData(null, "http://all:1", "http://all:1/")]
    [InlineData("https://lambda:2/base", "http://all:1", "https://lambda:2/base")]
    [InlineData("", "http://all:1", "http://all:1/")]
    public void The_endpoint_comes_from_the_variables_that_AWS_tools_read(string? lambda, string? all, string expected) =>
        Assert.Equal(new Uri(expected), HearthClientOptions.EndpointFrom(name => name == "AWS_ENDPOINT_URL_LAMBDA" ? lambda : all));

    [Fact]
    public void A_variable_that_is_no_URL_is_named()
    {
        var error = Assert.Throws<ArgumentException>(() => HearthClientOptions.EndpointFrom(_ => "localhost:9070"));
        Assert.Equal("AWS_ENDPOINT_URL_LAMBDA is 'localhost:9070', which is no http or https URL.", error.Message);
    }

    public static TheoryData<HearthClientOptions, string> Wrong => new()
    {
        { new() { Endpoint = new Uri("ftp://x") }, "Endpoint" },
        { new() { Timeout = TimeSpan.Zero }, "Timeout" },
        { new() { Retry = new() { MaxAttempts = 0 } }, "MaxAttempts" },
        { new() { Retry = new() { MaxAttempts = 21 } }, "MaxAttempts" },
        { new() { Retry = new() { BaseDelay = TimeSpan.FromSeconds(6) } }, "MaxDelay" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void An_option_outside_its_bounds_is_named(HearthClientOptions options, string name) =>
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => new HearthClient(options)).Message, StringComparison.Ordinal);

    [Fact]
    public void Credentials_do_not_print_their_secret() =>
        Assert.DoesNotContain("secret", new HearthCredentials("key", "secret").ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task Credentials_sign_every_request()
    {
        using var client = new HearthClient(Node.Options() with { Credentials = new("hearth", "secret"), Region = "eu-west-1" });
        await client.GetAccountSettingsAsync();
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=hearth/20260131/eu-west-1/lambda/aws4_request", Node.Seen.Single().Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_in_the_endpoint_stays_in_front()
    {
        using var client = new HearthClient(Node.Options() with { Endpoint = new Uri(Node.Endpoint, "/base/") });
        await Assert.ThrowsAsync<LambdaException>(() => client.GetAccountSettingsAsync());
        Assert.Equal("/base/2016-08-19/account-settings", Node.Seen.Single().PathAndQuery);
    }

    [Fact]
    public async Task An_HttpClient_of_the_caller_is_used_and_left_alone()
    {
        using var http = new HttpClient();
        var client = new HearthClient(http, Node.Options());
        await client.GetAccountSettingsAsync();
        client.Dispose();
        using var second = new HearthClient(http, Node.Options());
        await second.GetAccountSettingsAsync();
    }
}
