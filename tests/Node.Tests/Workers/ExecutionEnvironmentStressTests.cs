using System.Buffers;
using System.Text;
using Hearth.Contracts.Functions;
using Hearth.Node.Tests.Support;
using Hearth.Node.Workers;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers;

/// <summary>Callers, a runtime, its actor and the clock, each on threads of their own, with faults at random.</summary>
public class ExecutionEnvironmentStressTests
{
    private const int Invocations = 1_000;

    [Fact]
    public async Task Every_one_of_a_thousand_invocations_gets_exactly_one_outcome_and_its_own()
    {
        using var run = new Run();
        await run.PlayAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(Invocations, run.Ended);
        Assert.True(run.Succeeded > Invocations / 4, $"only {run.Succeeded} succeeded");
        Assert.Equal(run.Log.Lines.Count(line => line.StartsWith("START ", StringComparison.Ordinal)), run.Log.Lines.Count(line => line.StartsWith("REPORT ", StringComparison.Ordinal)));
    }

    private sealed class Run : IEnvironmentOwner, IDisposable
    {
        private readonly SemaphoreSlim _wakeActor = new(0);
        private readonly FakeTime _time = new();
        private readonly PlatformLog _platformLog;
        private ExecutionEnvironment _environment = null!;
        private FakeSandbox _sandbox = null!;
        private int _environments;
        private volatile bool _stopWanted;
        private volatile bool _resetWanted;
        private volatile bool _over;

        public Run() => _platformLog = new PlatformLog(Log, "hello", "s", _time);

        public CollectingLog Log { get; } = new();

        public int Ended { get; private set; }

        public int Succeeded { get; private set; }

        public async Task PlayAsync()
        {
            Renew();
            var clock = Task.Run(RunClockAsync);
            var actor = Task.Run(RunActorAsync);
            for (var n = 0; n < Invocations;)
            {
                var environment = _environment;
                var requestId = $"{environment.Id}-{n}";
                var lease = Samples.Lease(environment.Id, requestId);
                var outcome = await environment.InvokeAsync(new Invocation(requestId, Encoding.UTF8.GetBytes(requestId), "arn", null, "t", n % 3 == 0, WantsStream: n % 2 == 0), lease);
                if (outcome.Stream is { } stream)
                    outcome = await ReadAsync(stream);
                if (outcome.Kind == OutcomeKind.Succeeded)
                    Assert.Equal(requestId, Encoding.UTF8.GetString(outcome.Payload.Span));
                else if (outcome.Kind == OutcomeKind.FunctionFailed)
                    Assert.True(Encoding.UTF8.GetString(outcome.Payload.Span) is var error && (error.Contains(requestId) || error == $"{environment.Id}-"), error);

                // As the pool: a lease whose environment is gone is followed by one on a new environment.
                if (outcome.Lease == LeaseOutcome.Gone)
                    await Eventually.Holds(() => _environment != environment, "there is another environment");
                if (outcome.Kind == OutcomeKind.NotStarted)
                    continue;
                n++;
                Ended++;
                Succeeded += outcome.Kind == OutcomeKind.Succeeded ? 1 : 0;
            }

            _over = true;
            _wakeActor.Release();
            await Task.WhenAll(clock, actor);
            _environment.Stop();
        }

        private static async Task<InvocationOutcome> ReadAsync(ResponseStream stream)
        {
            var whole = new MemoryStream();
            await stream.Body.CopyToAsync(whole);
            var ended = await stream.Ended;
            return ended.Kind == OutcomeKind.Succeeded ? ended with { Payload = whole.ToArray() } : ended;
        }

        public void Dispose()
        {
            _environment.Dispose();
            _wakeActor.Dispose();
        }

        void IEnvironmentOwner.Initialized()
        {
        }

        void IEnvironmentOwner.ResetWanted()
        {
            _resetWanted = true;
            _wakeActor.Release();
        }

        void IEnvironmentOwner.StopWanted()
        {
            _stopWanted = true;
            _wakeActor.Release();
        }

        private void Renew()
        {
            var id = Samples.Environment(++_environments);
            _stopWanted = _resetWanted = false;
            _environment = new ExecutionEnvironment(id, Samples.Spec(), Samples.Lease(id, "first"), _platformLog, this, _time);
            StartSandbox();
        }

        private void StartSandbox()
        {
            _sandbox = new FakeSandbox(_platformLog);
            var (environment, sandbox, seed) = (_environment, _sandbox, Random.Shared.Next());
            environment.SandboxStarted(sandbox, Samples.Start);
            _ = Task.Run(() => RunRuntimeAsync(environment, sandbox, new Random(seed)));
        }

        private async Task RunActorAsync()
        {
            while (true)
            {
                await _wakeActor.WaitAsync();
                if (_over)
                    return;
                await _sandbox.StopAsync(keepScratch: true);
                if (_stopWanted)
                    Renew();
                else if (_resetWanted)
                {
                    _resetWanted = false;
                    StartSandbox();
                }
            }
        }

        // Hung runtimes are found by the clock alone.
        private async Task RunClockAsync()
        {
            while (!_over)
            {
                _time.Advance(TimeSpan.FromMilliseconds(200));
                await Task.Delay(1);
            }
        }

        private static async Task StreamAsync(ExecutionEnvironment environment, Invocation invocation, ReadOnlyMemory<byte> answer, Random random)
        {
            var (verdict, stream) = environment.BeginResponse(invocation.RequestId);
            if (stream is null)
            {
                if (verdict == RuntimeVerdict.Accepted)
                    environment.Respond(invocation.RequestId, OutcomeKind.Succeeded, answer);
                return;
            }

            await stream.WriteAsync(new ReadOnlySequence<byte>(answer), default);
            if (random.Next(4) == 0)
                await environment.CutResponseAsync(invocation.RequestId);
            else
                environment.EndResponse(invocation.RequestId, OutcomeKind.Succeeded, default);
            stream.CompleteWriting();
        }

        private static async Task RunRuntimeAsync(ExecutionEnvironment environment, FakeSandbox sandbox, Random random)
        {
            if (random.Next(20) == 0)
            {
                await environment.FailInitAsync("Runtime.Init", Encoding.UTF8.GetBytes(environment.Id.Value + "-"), default);
                return;
            }

            while (!sandbox.Exited.IsCompleted)
            {
                using var connection = new CancellationTokenSource();
                if (random.Next(10) == 0)
                    connection.CancelAfter(TimeSpan.FromMilliseconds(random.Next(3)));
                Delivery? delivery;
                try
                {
                    delivery = await environment.NextAsync(connection.Token);
                }
                catch (Exception refused) when (refused is RuntimeStateException or OperationCanceledException)
                {
                    if (refused is OperationCanceledException)
                        continue;
                    return;
                }

                if (delivery is null)
                    continue;
                var answer = delivery.Invocation.Payload;
                switch (random.Next(40))
                {
                    case 0: // exits
                        sandbox.Exit(new SandboxExit(1, null, false));
                        environment.RuntimeExited(sandbox, new SandboxExit(1, null, false));
                        return;
                    case 1: // hangs
                        return;
                    case 2: // answers and hangs
                        environment.Respond(delivery.Invocation.RequestId, OutcomeKind.Succeeded, answer);
                        return;
                    case 3: // answers twice, first with another id
                        environment.Respond("other", OutcomeKind.Succeeded, answer);
                        environment.Respond(delivery.Invocation.RequestId, OutcomeKind.Succeeded, answer);
                        environment.Respond(delivery.Invocation.RequestId, OutcomeKind.Succeeded, "twice"u8.ToArray());
                        break;
                    case 4: // is stopped
                        environment.Stop();
                        return;
                    case > 30: // answers bit by bit, and may stop in the middle
                        await StreamAsync(environment, delivery.Invocation, answer, random);
                        break;
                    case 5:
                        environment.StopWhenDone();
                        goto default;
                    default:
                        sandbox.Print($"{delivery.Invocation.RequestId}\n");
                        environment.Respond(delivery.Invocation.RequestId, OutcomeKind.Succeeded, answer);
                        break;
                }
            }
        }
    }
}
