using System.Text;
using Hearth.Node.Packages.Images;

namespace Node.Tests.Packages.Images;

public sealed class RegistryCredentialsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("one.example", """{"auths":{"one.example":{"auth":"MQ=="},"one.example/team":{"auth":"Mg=="}}}""")]
    [InlineData("one.example:5000", """{"auths":{"one.example:5000":{"auth":"Mw=="}}}""")]
    [InlineData("two.example", null)]
    public async Task A_registry_is_told_its_own_alone(string host, string? expected)
    {
        await File.WriteAllTextAsync(_file, """
            {"auths": {"one.example": {"auth": "MQ=="}, "one.example/team": {"auth": "Mg=="}, "one.example:5000": {"auth": "Mw=="}}, "credsStore": "helper"}
            """);
        var said = await new RegistryCredentials(_file).OfAsync(host, CancellationToken.None);
        Assert.Equal(expected, said is null ? null : Encoding.UTF8.GetString(said));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"auths": null}""")]
    [InlineData("[]")]
    public async Task A_file_without_entries_has_none(string content)
    {
        await File.WriteAllTextAsync(_file, content);
        Assert.Null(await new RegistryCredentials(_file).OfAsync("one.example", CancellationToken.None));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    public async Task A_file_that_cannot_be_read_is_the_nodes_fault(string content)
    {
        await File.WriteAllTextAsync(_file, content);
        var failure = await Assert.ThrowsAsync<ImageException>(() => new RegistryCredentials(_file).OfAsync("one.example", CancellationToken.None));
        Assert.Equal(ImageException.Internal, failure.Code);
        Assert.Contains("--registry-credentials", failure.Message);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_the_nodes_fault()
    {
        var failure = await Assert.ThrowsAsync<ImageException>(() => new RegistryCredentials("/nowhere/credentials").OfAsync("one.example", CancellationToken.None));
        Assert.Equal(ImageException.Internal, failure.Code);
    }
}
