using Akka.Actor;
using Akka.Event;
using Hearth.Contracts.Api;
using Hearth.Node.Runtimes;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Workers.Blanks;

/// <summary>
/// Keeps blank sandboxes ready for the runtimes in use.
/// Owns:     this node's blank sandboxes until they are taken.
/// Accepts:  Expect, Take, LongStartBegan, LongStartEnded, Describe, Drain; from itself what starts, ends and passes.
/// Emits:    Taken, Described, Drained to who asks.
/// Promises: a sandbox is handed out once; no more memory than the operator's budget; no start while an invocation waits
///           for one that goes the long way, or has just been given one.
/// Stops:    with the worker.
/// </summary>
internal sealed class BlankActor : ReceiveActor, IWithTimers
{
    /// <summary>Starts at once: the machine's other work goes on meanwhile.</summary>
    private const int MaxStarting = 2;

    /// <summary>
    /// What has been taken is assigned and loads its function meanwhile; a start would have the CPUs that this needs.
    /// By time, not by the function's word: one that loads for long must not keep the node from having blank sandboxes.
    /// </summary>
    private static readonly TimeSpan QuietAfterTake = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(5);

    private readonly IBlankDriver _driver;
    private readonly RuntimeCatalog _runtimes;
    private readonly long _budgetMib;
    private readonly TimeProvider _time;
    private readonly Dictionary<(string Runtime, int MemoryMib), BlankStock> _stocks = [];
    private readonly WorkerMetrics _metrics;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private int _longStarts;
    private int _discarding;
    private IActorRef? _drainer;

    public BlankActor(IBlankDriver driver, RuntimeCatalog runtimes, long budgetMib, TimeProvider time, WorkerMetrics metrics)
    {
        (_driver, _runtimes, _budgetMib, _time, _metrics) = (driver, runtimes, budgetMib, time, metrics);
        Receive<Expect>(expect =>
        {
            FindStock(expect.Runtime, expect.MemoryMib)?.Demand.Expect(Now);
            Refill();
        });
        Receive<Take>(OnTake);
        Receive<Quiet>(_ => Refill());
        Receive<LongStartBegan>(_ => _longStarts++);
        Receive<LongStartEnded>(_ =>
        {
            _longStarts--;
            Refill();
        });
        Receive<Started>(OnStarted);
        Receive<StartFailed>(OnStartFailed);
        Receive<Exited>(OnExited);
        Receive<Discarded>(_ =>
        {
            _discarding--;
            AnswerDrainer();
        });
        Receive<Tick>(_ => OnTick());
        Receive<Describe>(_ => Sender.Tell(new Described([.. _stocks.Values.Select(Description)])));
        Receive<Drain>(_ => OnDrain());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TickInterval);

    // After every message, so that no change of a stock goes untold.
    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = base.AroundReceive(receive, message);
        foreach (var sizes in _stocks.Values.GroupBy(stock => stock.Runtime.Identifier))
            _metrics.Blanks(sizes.Key, sizes.Sum(stock => stock.Ready), sizes.Sum(stock => stock.Starting));
        return handled;
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private static BlankDescription Description(BlankStock stock) =>
        new(stock.Runtime.Identifier, stock.Ready, stock.Starting, stock.IsSized ? stock.MemoryMib : null);

    private BlankStock? FindStock(string identifier, int functionMemoryMib)
    {
        if (!_runtimes.TryFind(identifier, out var runtime) || runtime.Blank?.StartMemoryMib(functionMemoryMib) is not { } memoryMib)
            return null;
        return _stocks.TryGetValue((identifier, memoryMib), out var stock)
            ? stock
            : _stocks[(identifier, memoryMib)] = new BlankStock(runtime, memoryMib, RuntimeFiles.Fingerprint(runtime));
    }

    private void OnTake(Take take)
    {
        var stock = FindStock(take.Runtime, take.MemoryMib);
        stock?.Demand.Note(Now);
        Sender.Tell(new Taken(_drainer is null ? stock?.Take() : null));
        Timers.StartSingleTimer(nameof(Quiet), Quiet.Instance, QuietAfterTake);
    }

    private bool MayStart => _longStarts == 0 && _drainer is null && !Timers.IsTimerActive(nameof(Quiet));

    private void Refill()
    {
        MakeRoomForFirsts();
        while (MayStart && _stocks.Values.Sum(stock => stock.Starting) < MaxStarting && NextToStart() is { } stock)
        {
            stock.Starting++;
            StartAsync(stock).PipeTo(Self);
        }
    }

    private void MakeRoomForFirsts()
    {
        if (!MayStart)
            return;
        foreach (var first in _stocks.Values.Where(stock => stock.Lacks(Now) && stock.Ready + stock.Starting == 0 && stock.ResidentMibEach <= _budgetMib))
        {
            while (first.ResidentMibEach > LeftMib && BlankRoom.Giver(_stocks.Values, first) is { } giver)
                Discard([giver.TakeYoungest()]);
        }
    }

    private long LeftMib => _budgetMib - _stocks.Values.Sum(stock => (long)stock.ResidentMib);

    private BlankStock? NextToStart() => BlankRoom.Next(_stocks.Values.Where(stock => stock.Lacks(Now)), LeftMib);

    private async Task<object> StartAsync(BlankStock stock)
    {
        var (runtime, fingerprint) = (stock.Runtime, stock.Fingerprint);
        try
        {
            var spec = new BlankSpec(
                $"blank-{Guid.NewGuid():N}", runtime.Command, FunctionVariables.Defaults(runtime), runtime.Directory, stock.MemoryMib);
            return new Started(stock, await _driver.StartBlankAsync(spec, CancellationToken.None), fingerprint);
        }
        catch (Exception failure)
        {
            return new StartFailed(stock, failure);
        }
    }

    private void OnStarted(Started started)
    {
        var (stock, blank) = (started.Stock, started.Blank);
        stock.Starting--;
        if (_drainer is not null || started.Fingerprint != stock.Fingerprint)
        {
            Discard([blank]);
        }
        else
        {
            stock.Add(blank);
            blank.Exited.PipeTo(Self, success: _ => new Exited(stock, blank));
        }

        Refill();
        AnswerDrainer();
    }

    private void OnStartFailed(StartFailed failed)
    {
        failed.Stock.Starting--;
        var pause = failed.Stock.Fail(Now);
        _log.Warning(failed.Cause, "No blank sandbox of {0} could be started; the next try is in {1}", failed.Stock.Runtime.Identifier, pause);
        Refill();
        AnswerDrainer();
    }

    // One that was taken before is its environment's, and is told to that.
    private void OnExited(Exited exited)
    {
        if (!exited.Stock.Remove(exited.Blank))
            return;
        var pause = exited.Stock.Fail(Now);
        _log.Warning("A blank sandbox of {0} has ended by itself; the next one is started in {1}", exited.Stock.Runtime.Identifier, pause);
        Discard([exited.Blank]);
    }

    private void OnTick()
    {
        foreach (var stock in _stocks.Values)
        {
            if (stock.Renew(RuntimeFiles.Fingerprint(stock.Runtime)))
            {
                _log.Info("The files of {0} have changed: its blank sandboxes are made anew", stock.Runtime.Identifier);
                Discard(stock.TakeAll());
            }

            Discard(stock.TakeSurplus(Now));
        }

        foreach (var stock in BlankRoom.Forgotten(_stocks.Values, Now))
        {
            Discard(stock.TakeAll());
            _stocks.Remove((stock.Runtime.Identifier, stock.MemoryMib));
        }

        Refill();
    }

    private void Discard(IReadOnlyList<IBlankSandbox> blanks)
    {
        foreach (var blank in blanks)
        {
            _discarding++;
            blank.DiscardAsync().PipeTo(Self, success: () => Discarded.Instance, failure: cause =>
            {
                _log.Error(cause, "A blank sandbox was not removed");
                return Discarded.Instance;
            });
        }
    }

    private void OnDrain()
    {
        _drainer = Sender;
        foreach (var stock in _stocks.Values)
            Discard(stock.TakeAll());
        AnswerDrainer();
    }

    private void AnswerDrainer()
    {
        if (_discarding == 0 && _stocks.Values.All(stock => stock.Starting == 0))
            _drainer?.Tell(Drained.Instance);
    }

    /// <summary>A function of this runtime is here: its first invocation may come.</summary>
    /// <param name="Runtime">As <c>python3.11</c>.</param>
    /// <param name="MemoryMib">The function's size.</param>
    public sealed record Expect(string Runtime, int MemoryMib);

    /// <summary>Reply: <see cref="Taken"/>. Whoever gets a sandbox assigns or discards it.</summary>
    /// <param name="Runtime">As <c>python3.11</c>.</param>
    /// <param name="MemoryMib">The function's size.</param>
    public sealed record Take(string Runtime, int MemoryMib);

    /// <param name="Blank">Null where there is none.</param>
    public sealed record Taken(IBlankSandbox? Blank);

    /// <summary>An invocation waits for a sandbox that is made from the beginning; each is followed by a <see cref="LongStartEnded"/>.</summary>
    public sealed class LongStartBegan
    {
        public static readonly LongStartBegan Instance = new();
    }

    public sealed class LongStartEnded
    {
        public static readonly LongStartEnded Instance = new();
    }

    /// <summary>Reply: <see cref="Described"/>.</summary>
    public sealed class Describe
    {
        public static readonly Describe Instance = new();
    }

    public sealed record Described(IReadOnlyList<BlankDescription> Blanks);

    /// <summary>Discards all and starts no more. Reply: <see cref="Drained"/>.</summary>
    public sealed class Drain
    {
        public static readonly Drain Instance = new();
    }

    public sealed class Drained
    {
        public static readonly Drained Instance = new();
    }

    private sealed record Started(BlankStock Stock, IBlankSandbox Blank, string Fingerprint);

    private sealed record StartFailed(BlankStock Stock, Exception Cause);

    private sealed record Exited(BlankStock Stock, IBlankSandbox Blank);

    /// <summary>Nothing was taken for a moment.</summary>
    private sealed class Quiet
    {
        public static readonly Quiet Instance = new();
    }

    private sealed class Discarded
    {
        public static readonly Discarded Instance = new();
    }

    /// <summary>Time has passed: files may have changed, demand may have fallen.</summary>
    public sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
