using System.Net;
using System.Net.Sockets;
using System.Text;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Tests.Workers;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.DataChannel;

/// <summary>An invocation from one node in an environment of another.</summary>
public class InvocationOverChannelTests
{
    [Fact]
    public async Task Every_member_of_an_invocation_and_of_its_outcome_comes_over()
    {
        await using var rig = await ChannelRig.StartAsync();
        var next = await rig.IdleAsync();
        var context = "{" + string.Concat(Enumerable.Repeat('"', 3_581)) + "}";
        var sent = new Invocation("r1", "\"Größe \U0001F525\""u8.ToArray(), "arn:größe", context, "Root=1-2", WantsLogTail: true);
        var outcome = rig.InvokeAsync(sent);
        var came = (await Eventually.Result(next))!.Invocation;
        Assert.Equal(sent with { Payload = default }, came with { Payload = default });
        Assert.Equal(sent.Payload.ToArray(), came.Payload.ToArray());
        Assert.Equal(rig.LeaseOf("r1"), rig.Node.Environment.Lease);

        rig.Node.Sandbox.Print("grüße\n");
        rig.Node.Respond("r1", "\"straße\"");
        var answer = await Eventually.Result(outcome);
        Assert.Equal((OutcomeKind.Succeeded, LeaseOutcome.Reusable, null, null, false), (answer.Kind, answer.Lease, answer.Error, answer.Stream, answer.TimedOut));
        Assert.Equal("\"straße\"", Encoding.UTF8.GetString(answer.Payload.Span));
        Assert.Contains("grüße\n", Encoding.UTF8.GetString(answer.LogTail!));
    }

    [Fact]
    public async Task Six_MiB_go_both_ways()
    {
        await using var rig = await ChannelRig.StartAsync();
        var next = await rig.IdleAsync();
        var payload = new byte[6 * 1_048_576];
        Random.Shared.NextBytes(payload);
        var outcome = rig.InvokeAsync(ChannelRig.Request("r1") with { Payload = payload });
        var came = (await Eventually.Result(next))!.Invocation;
        Assert.Equal(payload, came.Payload.ToArray());
        rig.Node.Environment.Respond("r1", OutcomeKind.Succeeded, came.Payload);
        Assert.Equal(payload, (await Eventually.Result(outcome)).Payload.ToArray());
    }

    [Fact]
    public async Task Nothing_goes_both_ways()
    {
        await using var rig = await ChannelRig.StartAsync();
        var next = await rig.IdleAsync();
        var outcome = rig.InvokeAsync(ChannelRig.Request("r1", ""));
        Assert.True((await Eventually.Result(next))!.Invocation.Payload.IsEmpty);
        rig.Node.Respond("r1", "");
        Assert.Equal((OutcomeKind.Succeeded, 0), ((await Eventually.Result(outcome)).Kind, (await outcome).Payload.Length));
    }

    [Fact]
    public async Task Many_at_once_each_get_their_own_answer()
    {
        await using var rig = await ChannelRig.StartAsync();
        var nodes = Enumerable.Range(0, 16).Select(_ => new EnvironmentRig()).ToList();
        await Task.WhenAll(nodes.Select((_, number) => Task.Run(async () =>
        {
            var id = Samples.Environment(100 + number);
            using var environment = new ExecutionEnvironment(id, Samples.Spec(), Samples.Lease(id), new PlatformLog(new CollectingLog(), "hello", "s", rig.Node.Time), nodes[number], rig.Node.Time);
            environment.SandboxStarted(nodes[number].Sandbox, Samples.Start);
            rig.Environments.Enter(environment);
            for (var count = 0; count < 20; count++)
            {
                var requestId = $"r{number}-{count}";
                var outcome = rig.Client.InvokeAsync(rig.Channel, ChannelRig.Request(requestId, $"\"{requestId}\""), Samples.Lease(id, requestId), default);
                var came = (await Eventually.Result(environment.NextAsync(default)))!.Invocation;
                environment.Respond(came.RequestId, OutcomeKind.Succeeded, came.Payload);
                Assert.Equal($"\"{requestId}\"", Encoding.UTF8.GetString((await Eventually.Result(outcome)).Payload.Span));
            }
        })));
        nodes.ForEach(node => node.Dispose());
    }

    [Fact]
    public async Task A_function_that_fails_has_its_error_over_there()
    {
        await using var rig = await ChannelRig.StartAsync();
        var outcome = await rig.InvokingAsync("r1");
        rig.Node.Environment.Respond("r1", OutcomeKind.FunctionFailed, "{\"errorType\":\"Bad\",\"errorMessage\":\"Fußnote\"}"u8.ToArray());
        Assert.Equal("Fußnote", EnvironmentRig.ErrorOf(await Eventually.Result(outcome)).ErrorMessage);
    }

    [Fact]
    public async Task A_function_that_takes_too_long_has_timed_out_over_there()
    {
        await using var rig = await ChannelRig.StartAsync();
        var outcome = await rig.InvokingAsync("r1");
        rig.Node.Time.AdvanceSeconds(3);
        Assert.True((await Eventually.Result(outcome)).TimedOut);
        Assert.Contains("timed out after 3.00 seconds", EnvironmentRig.ErrorOf(await outcome).ErrorMessage);
    }

    [Fact]
    public async Task A_refusal_comes_over_with_all_its_members()
    {
        await using var rig = await ChannelRig.StartAsync();
        var error = new RequestError(ErrorCode.TooManyRequests, "Zu „viele“ \U0001F525\r\nX-Evil: 1", "Reason", 7);
        rig.Node.Environment.StartFailed(InvocationOutcome.Refused(error));
        var answer = await Eventually.Result(rig.InvokeAsync(ChannelRig.Request("r1")));
        Assert.Equal((OutcomeKind.Refused, LeaseOutcome.Gone, error), (answer.Kind, answer.Lease, answer.Error));
    }

    [Fact]
    public async Task An_environment_that_has_ended_did_not_start_it()
    {
        await using var rig = await ChannelRig.StartAsync();
        await rig.IdleAsync();
        rig.Node.Environment.Stop();
        var answer = await Eventually.Result(rig.InvokeAsync(ChannelRig.Request("r1")));
        Assert.Equal((OutcomeKind.NotStarted, LeaseOutcome.Gone), (answer.Kind, answer.Lease));
    }

    [Fact]
    public async Task Where_nobody_listens_it_was_not_started()
    {
        await using var rig = await ChannelRig.StartAsync();
        var outcome = rig.Client.InvokeAsync(ChannelRig.FreeEndPoint().ToString(), ChannelRig.Request("r1"), rig.LeaseOf("r1"), default);
        Assert.Equal(OutcomeKind.NotStarted, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task Where_a_connection_is_not_made_in_time_it_was_not_started()
    {
        await using var rig = await ChannelRig.StartAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var outcome = rig.Client.InvokeAsync(silent.LocalEndpoint.ToString()!, ChannelRig.Request("r1"), rig.LeaseOf("r1"), default);
        Assert.Equal(OutcomeKind.NotStarted, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task Where_the_worker_is_lost_before_there_is_a_connection_it_was_not_started()
    {
        await using var rig = await ChannelRig.StartAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var lost = new CancellationTokenSource();
        var outcome = rig.Client.InvokeAsync(silent.LocalEndpoint.ToString()!, ChannelRig.Request("r1"), rig.LeaseOf("r1"), lost.Token);
        await Eventually.Ends(silent.AcceptTcpClientAsync());
        await lost.CancelAsync();
        Assert.Equal(OutcomeKind.NotStarted, (await Eventually.Result(outcome)).Kind);
    }

    [Fact]
    public async Task A_node_that_ends_in_the_middle_is_lost()
    {
        await using var rig = await ChannelRig.StartAsync();
        var outcome = await rig.InvokingAsync("r1");
        rig.Server.Dispose();
        AssertLost(await Eventually.Result(outcome));
    }

    [Fact]
    public async Task A_node_that_is_not_to_be_waited_for_any_more_is_lost()
    {
        await using var rig = await ChannelRig.StartAsync();
        using var lost = new CancellationTokenSource();
        var outcome = await rig.InvokingAsync("r1", workerLost: lost.Token);
        await lost.CancelAsync();
        AssertLost(await Eventually.Result(outcome));

        // The function has not heard of it, and its environment serves the next.
        rig.Node.Respond("r1");
        var after = await rig.InvokingAsync("r2");
        rig.Node.Respond("r2");
        Assert.Equal(OutcomeKind.Succeeded, (await Eventually.Result(after)).Kind);
    }

    private static void AssertLost(InvocationOutcome outcome)
    {
        Assert.Equal((OutcomeKind.Refused, LeaseOutcome.Gone, ErrorCode.Service), (outcome.Kind, outcome.Lease, outcome.Error?.Code));
        Assert.Contains("is lost", outcome.Error!.Message);
    }
}
