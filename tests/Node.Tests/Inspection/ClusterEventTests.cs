using Hearth.Contracts.Errors;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Inspection;

/// <summary>Two nodes, of which one comes and goes.</summary>
public sealed class ClusterEventTests : IAsyncLifetime
{
    private readonly InspectionNode _node = InspectionNode.Start("n1"), _other = InspectionNode.Start("n2");

    public Task InitializeAsync() => InspectionNode.FormAsync(_node, _other);

    public Task DisposeAsync() => Task.WhenAll(_other.DisposeAsync().AsTask(), _node.DisposeAsync().AsTask());

    [Fact]
    public async Task Events_begin_with_the_members_as_they_are_and_tell_when_one_leaves()
    {
        await using var lines = _node.Inspector.FollowEventsAsync(default).GetAsyncEnumerator();
        var first = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(await Eventually.Result(lines.MoveNextAsync().AsTask()));
            Assert.Equal("MemberUp", lines.Current.Event);
            first.Add(lines.Current.Address);
        }

        Assert.Equal(new[] { _node.Address, _other.Address }.Order(), first.Order());
        Assert.Equal(ErrorCode.ResourceNotFound, _node.Inspector.Leave("akka.tcp://hearth@127.0.0.1:1").Error!.Code);
        Assert.Equal(_other.Address, _node.Inspector.Leave(_other.Address).Change!.Address);
        do
            Assert.True(await Eventually.Result(lines.MoveNextAsync().AsTask()));
        while (lines.Current is not { Event: "MemberRemoved" });
        Assert.Equal(_other.Address, lines.Current.Address);
        Assert.Equal(_node.Address, Assert.Single((await _node.Inspector.ShowAsync()).Members).Address);
    }
}
