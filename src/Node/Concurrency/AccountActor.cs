using Akka.Actor;
using Hearth.Contracts.Functions;

namespace Hearth.Node.Concurrency;

/// <summary>
/// Owns the account's concurrency: one in a cluster.
/// Owns:     who has which part of it, as <see cref="AccountPool"/>.
/// Accepts:  RequestConcurrency from functions' actors.
/// Emits:    ConcurrencyGranted to who asks; ReturnConcurrency to others where one is short.
/// Promises: all functions together never hold more than the limit; none is refused while another has more than it uses.
/// Stops:    with the node; the next one learns from the holders, who all ask by and by, before it grants anything.
/// </summary>
internal sealed class AccountActor : ReceiveActor, IWithTimers
{
    public const string Name = "account";

    /// <summary>Holders that one actor hears of in a second, at most: there are no more of them than the limit.</summary>
    private const int RenewalsPerSecond = 20_000;

    private readonly AccountPool _pool;
    private readonly TimeProvider _time;

    // How long a new one listens before it grants anything: all holders have asked by then. And a part that nobody has asked for so long
    // has no holder any more.
    private readonly TimeSpan _learningTime, _maxSilence;

    // Of each function, its actor.
    private readonly Dictionary<string, IActorRef> _holders = [];

    // Requests that wait for others to give something back, the newest of each function.
    private readonly Dictionary<string, RequestConcurrency> _short = [];
    private readonly HashSet<string> _asked = [];

    /// <param name="isFirst">Nobody can hold anything yet.</param>
    public AccountActor(int limit, bool isFirst, TimeProvider time)
    {
        _pool = new AccountPool(limit);
        _time = time;
        _learningTime = 3 * RenewalInterval(limit);
        _maxSilence = 30 * RenewalInterval(limit);
        if (isFirst)
            Granting();
        else
            Learning();
    }

    /// <summary>
    /// How often a holder asks again, whether it wants more or not: every second, and less often under a limit that lets more than 20,000
    /// functions hold a part.
    /// </summary>
    public static TimeSpan RenewalInterval(int limit) => TimeSpan.FromSeconds(Math.Max(1, (double)limit / RenewalsPerSecond));

    /// <summary>How long others may take to give something back.</summary>
    private static TimeSpan ReturnPatience { get; } = TimeSpan.FromSeconds(2);

    public ITimerScheduler Timers { get; set; } = null!;

    // What was granted before is not known to this one either.
    protected override void PostRestart(Exception reason)
    {
        Become(Learning);
        base.PostRestart(reason);
    }

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Expire), Expire.Instance, _maxSilence / 2);
        Timers.StartSingleTimer(nameof(Learned), Learned.Instance, _learningTime);
    }

    private void Learning()
    {
        Receive<Expire>(_ => OnExpire());
        Receive<RequestConcurrency>(request =>
        {
            _holders[request.FunctionName] = Sender;
            _pool.Learn(request.FunctionName, request.Held, request.InUse, _time.GetUtcNow());
            if (request.Wanted > request.Held)
                _short[request.FunctionName] = request;
            else
                Sender.Tell(new ConcurrencyGranted(request.RequestId, request.Held));
        });
        Receive<Learned>(_ =>
        {
            Become(Granting);
            AnswerShort();
        });
    }

    private void Granting()
    {
        Receive<Expire>(_ => OnExpire());
        Receive<RequestConcurrency>(OnRequest);
        Receive<Patience>(_ => AnswerShort());
        Receive<Learned>(_ => { });
    }

    private void OnRequest(RequestConcurrency request)
    {
        _holders[request.FunctionName] = Sender;
        var granted = _pool.Request(request, _time.GetUtcNow());
        var isLast = _asked.Remove(request.FunctionName) && _asked.Count == 0;
        if (granted >= request.Needed || !AskOthers(request.FunctionName))
            Answer(request, granted);
        else
            _short[request.FunctionName] = request;
        if (isLast)
            AnswerShort();
    }

    // False where nobody else has any.
    private bool AskOthers(string function)
    {
        var others = _pool.Others(function);
        foreach (var other in others.Where(_asked.Add))
            _holders[other].Tell(new ReturnConcurrency());
        if (others.Count > 0 && !Timers.IsTimerActive(nameof(Patience)))
            Timers.StartSingleTimer(nameof(Patience), Patience.Instance, ReturnPatience);
        return others.Count > 0;
    }

    private void AnswerShort()
    {
        Timers.Cancel(nameof(Patience));
        _asked.Clear();
        foreach (var request in _short.Values.ToList())
            Answer(request, _pool.RequestNeeded(request, _time.GetUtcNow()));
    }

    private void Answer(RequestConcurrency request, int granted)
    {
        _short.Remove(request.FunctionName);
        _holders[request.FunctionName].Tell(new ConcurrencyGranted(request.RequestId, granted));
    }

    private void OnExpire()
    {
        _pool.Expire(_time.GetUtcNow() - _maxSilence);
        foreach (var gone in _holders.Keys.Where(function => !_pool.Has(function) && !_short.ContainsKey(function)).ToList())
            _holders.Remove(gone);
    }

    private sealed class Expire
    {
        public static readonly Expire Instance = new();
    }

    private sealed class Learned
    {
        public static readonly Learned Instance = new();
    }

    private sealed class Patience
    {
        public static readonly Patience Instance = new();
    }
}
