using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Functions;
using Hearth.Node.Membership;
using Hearth.Node.Storage;
using Hearth.Node.Tests.Storage;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Functions;

/// <summary>The way to a function's actor; the test plays the shards' region.</summary>
public class FunctionRegionTests : TestKit
{
    private readonly TempDatabase _database = TempDatabase.Sqlite();
    private readonly Fleet _fleet = new("node");
    private readonly TestProbe _shards;
    private readonly FunctionRegion _region;

    public FunctionRegionTests() : base("akka.loglevel = OFF\nakka.test.default-timeout = 30s")
    {
        _shards = CreateTestProbe("shards");
        _region = new FunctionRegion(() => _shards, new FunctionDirectory(), new StorageHealth(_database.Database), _fleet);
    }

    [Fact]
    public async Task What_may_be_asked_twice_is_asked_again_where_no_answer_comes()
    {
        foreach (var question in new IFunctionMessage[] { new AdmitInvocation("hello", "r1"), new DescribeFunction("hello"), new DescribeEnvironments("hello") })
        {
            var reply = _region.AskAsync(question);
            Assert.Equal(question, _shards.ExpectMsg<IFunctionMessage>());
            Assert.Equal(question, _shards.ExpectMsg<IFunctionMessage>());
            _shards.Reply("late");
            Assert.Equal("late", await Eventually.Result(reply));
        }
    }

    [Fact]
    public async Task A_change_is_asked_for_once()
    {
        var reply = _region.AskAsync(new DeleteFunction("hello"));
        _shards.ExpectMsg<DeleteFunction>();
        Assert.Equal(ErrorCode.ServiceUnavailable, Assert.IsType<RequestRefused>(await Eventually.Result(reply)).Error.Code);
        Assert.False(_shards.HasMessages);
    }

    [Fact]
    public async Task A_node_that_is_cut_off_refuses_at_once_and_so_does_one_that_comes_to_be()
    {
        var waiting = _region.AskAsync(new DeleteFunction("hello"));
        _shards.ExpectMsg<DeleteFunction>();
        _fleet.Weigh(isCutOff: true);
        foreach (var reply in new[] { waiting, _region.AskAsync(new DescribeFunction("hello")) })
            Assert.Contains("cut off", Assert.IsType<RequestRefused>(await Eventually.Result(reply)).Error.Message);
        Assert.False(_shards.HasMessages);

        _fleet.Weigh(isCutOff: false);
        var again = _region.AskAsync(new DescribeFunction("hello"));
        _shards.ExpectMsg<DescribeFunction>();
        _shards.Reply("here");
        Assert.Equal("here", await Eventually.Result(again));
    }

    [Fact]
    public async Task While_the_database_is_away_an_actor_that_serves_elsewhere_is_asked_and_no_change_is()
    {
        using var away = PostgresDatabase.At("Host=/nowhere", shared: false);
        var storage = new StorageHealth(away);
        Assert.NotNull(await storage.RefusalAsync());
        var region = new FunctionRegion(() => _shards, new FunctionDirectory(), storage, _fleet);

        var warm = region.AskAsync(new AdmitInvocation("warm", "r1"));
        _shards.ExpectMsg<AdmitInvocation>();
        _shards.Reply("here");
        Assert.Equal("here", await Eventually.Result(warm));

        // This one has to read its journal first.
        var cold = region.AskAsync(new AdmitInvocation("cold", "r2"));
        _shards.ExpectMsg<AdmitInvocation>();
        foreach (var reply in new[] { cold, region.AskAsync(new DeleteFunction("warm")) })
            Assert.Equal(StorageHealth.Unavailable, Assert.IsType<RequestRefused>(await Eventually.Result(reply)).Error);
        Assert.False(_shards.HasMessages);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _database.Dispose();
    }
}
