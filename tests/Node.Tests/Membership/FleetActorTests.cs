using Hearth.Node.Membership;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Membership;

public class FleetActorTests
{
    private const string AllRoles = "gateway,control,worker";

    [Fact]
    public async Task A_worker_that_joins_is_told_of_once_and_its_figures_change_with_it()
    {
        await using var node = await FleetRig.AloneAsync();
        await using var other = await node.JoinedAsync("worker");
        await Eventually.Holds(() => node.CountOf<WorkerJoined>(joined => joined.Worker.Id == other.Id) == 1, "it has joined");
        Assert.Equal(new[] { node.Id, other.Id }.Order(), node.Fleet.Expected.Order());
        var worker = node.Fleet.Find(other.Id)!;
        Assert.Equal((100L, 1_000L, $"{other.Id}:channel", false), (worker.FreeMib, worker.TotalMib, worker.Channel, worker.IsSuspect));
        worker.Promise(30);
        other.Free = 50;
        await Eventually.Holds(() => worker.FreeMib == 50, "it describes itself again");
        Assert.Equal(1, node.CountOf<WorkerJoined>(joined => joined.Worker.Id == other.Id));
        await Eventually.Holds(() => other.Fleet.Find(node.Id) is not null, "the other knows this one");
    }

    [Fact]
    public async Task A_node_without_the_role_is_no_worker()
    {
        await using var node = await FleetRig.AloneAsync();
        await using var other = await node.JoinedAsync("control");
        await Eventually.Holds(() => other.Fleet.Find(node.Id) is not null, "the other knows this one");
        Assert.Equal([node.Id], node.Fleet.Expected);
    }

    [Fact]
    public async Task A_worker_drains_once()
    {
        await using var node = await FleetRig.AloneAsync();
        await using var other = await node.JoinedAsync("worker");
        await Eventually.Holds(() => node.Fleet.Find(other.Id) is not null, "it has joined");
        other.IsDraining = true;
        await Eventually.Holds(() => node.CountOf<WorkerDrains>(drains => drains.WorkerId == other.Id) == 1, "it drains");
        other.Free = 7;
        await Eventually.Holds(() => node.Fleet.Find(other.Id)!.FreeMib == 7, "it describes itself again");
        Assert.Equal(1, node.CountOf<WorkerDrains>(_ => true));
        Assert.True(node.Fleet.Find(other.Id)!.IsDraining);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_worker_that_leaves_or_is_downed_is_told_of_once_and_nobody_waits_for_it(bool leaves)
    {
        await using var node = await FleetRig.AloneAsync();
        await using var other = await node.JoinedAsync("worker");
        await Eventually.Holds(() => node.Fleet.Find(other.Id) is not null, "it has joined");
        var waiting = node.Fleet.Find(other.Id)!.Abandoned;
        if (leaves)
        {
            other.Cluster.Leave(other.Cluster.SelfAddress);
        }
        else
        {
            await other.System.Terminate();
            node.Cluster.Down(other.Cluster.SelfAddress);
        }

        await Eventually.Holds(() => node.CountOf<WorkerLeft>(left => left.WorkerId == other.Id) == 1, "it has left");
        await Eventually.Holds(() => node.MemberOf(other) is null, "it is removed");
        Assert.Equal(1, node.CountOf<WorkerLeft>(_ => true));
        Assert.True(waiting.IsCancellationRequested);
        Assert.Null(node.Fleet.Find(other.Id));
        Assert.Equal([node.Id], node.Fleet.Expected);
    }

    [Fact]
    public async Task A_worker_that_dies_is_suspected_and_abandoned_where_its_channel_does_not_answer()
    {
        await using var node = await FleetRig.AloneAsync(_ => Task.FromResult(false));
        await using var other = await node.JoinedAsync("worker");
        await Eventually.Holds(() => node.Fleet.Find(other.Id) is not null, "it has joined");
        var waiting = node.Fleet.Find(other.Id)!.Abandoned;
        await other.System.Terminate();
        await Eventually.Holds(() => node.CountOf<WorkerSuspected>(suspected => suspected.WorkerId == other.Id && suspected.IsSuspect) == 1, "it is suspected");
        await Eventually.Holds(() => waiting.IsCancellationRequested, "it is abandoned");
        Assert.True(node.Fleet.Find(other.Id)!.IsSuspect);
    }

    [Fact]
    public async Task A_worker_whose_channel_answers_is_waited_for_and_one_that_comes_back_is_trusted()
    {
        var (asked, answers) = (0, true);
        await using var node = await FleetRig.AloneAsync(_ =>
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult(Volatile.Read(ref answers));
        });
        await using var other = await node.JoinedAsync("worker");
        await Eventually.Holds(() => node.Fleet.Find(other.Id) is not null, "it has joined");
        var worker = node.Fleet.Find(other.Id)!;
        var waiting = worker.Abandoned;
        node.Suspect(other);
        await Eventually.Holds(() => Volatile.Read(ref asked) >= 3, "its channel is asked, and again");
        Assert.False(waiting.IsCancellationRequested);
        Assert.True(worker.IsSuspect);

        Volatile.Write(ref answers, false);
        await Eventually.Holds(() => waiting.IsCancellationRequested, "it is abandoned");
        node.Trust(other);
        await Eventually.Holds(() => node.CountOf<WorkerSuspected>(suspected => !suspected.IsSuspect) == 1, "it is trusted");
        Assert.False(worker.IsSuspect);
        Assert.False(worker.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public async Task A_worker_that_is_suspected_before_it_has_described_itself_is_suspect_once_it_has()
    {
        await using var node = await FleetRig.AloneAsync();
        await using var other = await node.JoinedAsync("worker");
        await Eventually.Holds(() => node.Fleet.Find(other.Id) is not null, "it has joined");
        node.Suspect(other);
        await Eventually.Holds(() => node.Fleet.Find(other.Id)!.IsSuspect, "it is suspected");
        node.Fleet.Leave(other.Id);
        node.Fleet.Expect(other.Id);
        await Eventually.Holds(() => node.Fleet.Find(other.Id) is not null, "it has described itself anew");
        Assert.True(node.Fleet.Find(other.Id)!.IsSuspect);
    }

    [Fact]
    public async Task A_node_is_cut_off_while_fewer_than_half_of_those_that_decide_are_reached()
    {
        await using var node = await FleetRig.AloneAsync();
        await using var second = await node.JoinedAsync(AllRoles);
        await using var third = await node.JoinedAsync(AllRoles);
        await using var worker = await node.JoinedAsync("worker");
        var together = node.Fleet.CutOff;
        node.Suspect(worker);
        node.Suspect(second);
        await Eventually.Holds(() => node.CountOf<WorkerSuspected>(_ => true) == 2, "two are suspected");
        Assert.False(together.IsCancellationRequested);

        node.Suspect(third);
        await Eventually.Holds(() => together.IsCancellationRequested, "it is cut off");
        node.Trust(third);
        await Eventually.Holds(() => !node.Fleet.CutOff.IsCancellationRequested, "it is not any more");
    }

    [Fact]
    public async Task Half_of_two_is_enough()
    {
        await using var node = await FleetRig.AloneAsync();
        await using var second = await node.JoinedAsync(AllRoles);
        node.Suspect(second);
        await Eventually.Holds(() => node.CountOf<WorkerSuspected>(_ => true) == 1, "the other is suspected");
        Assert.False(node.Fleet.CutOff.IsCancellationRequested);
    }

    [Fact]
    public async Task A_node_that_is_out_itself_is_cut_off()
    {
        await using var node = await FleetRig.AloneAsync();
        await using var second = await node.JoinedAsync(AllRoles);
        await Eventually.Holds(() => second.Fleet.Find(node.Id) is not null, "the other knows this one");
        var together = second.Fleet.CutOff;
        node.Cluster.Down(second.Cluster.SelfAddress);
        await Eventually.Holds(() => together.IsCancellationRequested, "it is cut off");
    }
}
