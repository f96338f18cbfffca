using System.Text;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

/// <summary>An environment with nothing real below or beside it. The test plays the runtime, the sandbox and the actor.</summary>
internal sealed class EnvironmentRig : IEnvironmentOwner, IDisposable
{
    private readonly PlatformLog _platformLog;
    private int _resets;
    private int _stops;

    public EnvironmentRig(FunctionSettings? settings = null, FakeTime? time = null)
    {
        Time = time ?? new FakeTime();
        _platformLog = new PlatformLog(Log, "hello", "stream", Time);
        var id = Samples.Environment(1);
        Environment = new ExecutionEnvironment(id, Samples.Spec(settings: settings), Samples.Lease(id), _platformLog, this, Time);
        Sandbox = new FakeSandbox(_platformLog);
    }

    public FakeTime Time { get; }

    public CollectingLog Log { get; } = new();

    public ExecutionEnvironment Environment { get; }

    /// <summary>The sandbox of now.</summary>
    public FakeSandbox Sandbox { get; private set; }

    public int Resets => Volatile.Read(ref _resets);

    public int Stops => Volatile.Read(ref _stops);

    public EnvironmentState State => Environment.State;

    /// <summary>An environment whose runtime waits for its first invocation.</summary>
    public static async Task<(EnvironmentRig Rig, Task<Delivery?> Next)> IdleAsync(FunctionSettings? settings = null, double initSeconds = 0)
    {
        var rig = new EnvironmentRig(settings);
        rig.StartSandbox();
        rig.Time.AdvanceSeconds(initSeconds);
        var next = rig.NextAsync();
        await Eventually.Holds(() => rig.State == EnvironmentState.Idle, "the runtime waits");
        return (rig, next);
    }

    /// <summary>An environment whose runtime has the invocation <c>r1</c>.</summary>
    public static async Task<(EnvironmentRig Rig, Task<InvocationOutcome> Outcome)> InvokingAsync(bool tail = false)
    {
        var (rig, next) = await IdleAsync();
        var outcome = rig.InvokeAsync("r1", tail);
        await Eventually.Result(next);
        return (rig, outcome);
    }

    public void StartSandbox()
    {
        Sandbox = new FakeSandbox(_platformLog);
        Environment.SandboxStarted(Sandbox, Samples.Start);
    }

    public Task<Delivery?> NextAsync(CancellationToken connectionClosed = default) => Environment.NextAsync(connectionClosed);

    public Task<InvocationOutcome> InvokeAsync(string requestId, bool tail = false) => Environment.InvokeAsync(
        new Invocation(requestId, Encoding.UTF8.GetBytes($"\"{requestId}\""), "arn", null, "trace", tail),
        Samples.Lease(Environment.Id, requestId));

    public RuntimeVerdict Respond(string requestId, string body = "{}") =>
        Environment.Respond(requestId, OutcomeKind.Succeeded, Encoding.UTF8.GetBytes(body));

    public void Exit(int? code = null, int? signal = null, bool outOfMemory = false) =>
        Environment.RuntimeExited(Sandbox, new(code, signal, outOfMemory));

    /// <summary>The outcome's error.</summary>
    public static FunctionError ErrorOf(InvocationOutcome outcome)
    {
        Assert.Equal(OutcomeKind.FunctionFailed, outcome.Kind);
        return System.Text.Json.JsonSerializer.Deserialize(outcome.Payload.Span, Hearth.Contracts.Api.ApiJson.Relaxed.FunctionError)!;
    }

    public void Dispose() => Environment.Dispose();

    void IEnvironmentOwner.Initialized()
    {
    }

    void IEnvironmentOwner.ResetWanted() => Interlocked.Increment(ref _resets);

    void IEnvironmentOwner.StopWanted() => Interlocked.Increment(ref _stops);
}
