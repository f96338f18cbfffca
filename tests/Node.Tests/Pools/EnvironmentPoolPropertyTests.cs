using CsCheck;
using Hearth.Contracts.Environments;
using Hearth.Node.Pools;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Pools;

/// <summary>Random calls to the pool and to a model of it that is written to be seen through, not to be fast.</summary>
public class EnvironmentPoolPropertyTests
{
    private const int Limit = 4;

    private enum Call
    {
        Admit, Release, ReleaseStale, Remove, Reclaim, Expire, Retire, RetireMember, RetireWorker, Lose, Suspend, AdoptIdle, AdoptLeased, Wait,
    }

    private static readonly string[] Workers = ["a", "b", "c"];

    private static readonly Call[] Calls =
    [
        Call.Admit, Call.Admit, Call.Admit, Call.Admit, Call.Release, Call.Release, Call.Release, Call.ReleaseStale, Call.Remove,
        Call.Reclaim, Call.Expire, Call.Retire, Call.RetireMember, Call.RetireWorker, Call.Lose, Call.Suspend, Call.Suspend, Call.AdoptIdle, Call.AdoptLeased, Call.Wait, Call.Wait,
    ];

    [Fact]
    public void The_pool_does_what_its_model_does_whatever_is_called() =>
        Gen.Select(Gen.Int[0, Calls.Length - 1], Gen.Int[0, 9]).Array[1, 120].Sample(
            steps =>
            {
                var run = new Run();
                foreach (var (call, pick) in steps)
                    run.Step(Calls[call], pick);
            },
            iter: 5_000);

    private sealed class Run
    {
        private readonly EnvironmentPool _pool = new();
        private readonly List<ModelMember> _model = [];
        private DateTimeOffset _now = Time;
        private int _next = 1;
        private int _releases;
        private readonly HashSet<string> _suspended = [];

        private int Leased => _model.Count(member => member.RequestId is not null);

        public void Step(Call call, int pick)
        {
            var leasedBefore = Leased;
            switch (call)
            {
                case Call.Admit: Admit(pick); break;
                case Call.Release: Release(Pick(pick), stale: false); break;
                case Call.ReleaseStale: Release(Pick(pick), stale: true); break;
                case Call.Remove: Remove(Pick(pick)); break;
                case Call.Reclaim: Reclaim(Pick(pick)); break;
                case Call.Expire: Expire(); break;
                case Call.Retire: Retire(_ => true, _pool.Retire()); break;
                case Call.RetireMember: RetireOne(Pick(pick)); break;
                case Call.RetireWorker: RetireWorker(Workers[pick % 3]); break;
                case Call.Lose: Lose(Workers[pick % 3]); break;
                case Call.Suspend: Suspend(Workers[pick % 3]); break;
                case Call.AdoptIdle: Adopt(pick, null); break;
                case Call.AdoptLeased: Adopt(pick, Lease(Environment(_next), $"r{_next}") with { ExpiresAt = _now.AddSeconds(5) }); break;
                case Call.Wait: _now = _now.AddSeconds(pick); break;
            }

            Compare();
            Assert.All(Workers, worker => Assert.Equal(_model.Count(member => member.Worker == worker), _pool.CountOn(worker)));
            if (call is Call.Admit && Leased > leasedBefore)
                Assert.InRange(Leased, 1, Limit);
        }

        private void Admit(int pick)
        {
            var (candidate, request) = (Environment(_next), $"r{_next++}");
            var (near, avoid, place) = (pick % 4 == 3 ? null : Workers[pick % 4], pick % 5 > 2 ? null : Workers[pick % 5], Workers[pick % 3]);
            var decision = _pool.Admit(request, candidate, new PoolLimits(Limit), _now, _now.AddSeconds(5), new Preference(near, avoid), () => place);
            if (Leased >= Limit)
            {
                Assert.Equal(PoolVerdict.Throttle, decision.Verdict);
                return;
            }

            var idle = _model.FindAll(member => member.RequestId is null && member.Worker != avoid && !_suspended.Contains(member.Worker));
            var warm = idle.Where(member => member.Worker == near).MaxBy(member => member.Released) ?? idle.MaxBy(member => member.Released);
            Assert.Equal(warm is null ? PoolVerdict.Cold : PoolVerdict.Warm, decision.Verdict);
            Assert.Equal((warm?.Id ?? candidate, warm?.Worker ?? place), (decision.EnvironmentId, decision.WorkerId));
            if (warm is null)
                _model.Add(warm = new ModelMember(candidate, place));
            Assert.Null(warm.RequestId);
            (warm.RequestId, warm.ExpiresAt) = (request, _now.AddSeconds(5));
        }

        private void Release(ModelMember? member, bool stale)
        {
            if (member is null)
                return;
            var stop = _pool.Release(member.Id, stale ? "nobody" : member.RequestId ?? "nobody", _now) is not null;
            if (stale || member.RequestId is null)
            {
                Assert.False(stop);
                return;
            }

            Assert.Equal(member.Retired, stop);
            if (member.Retired)
                _model.Remove(member);
            else
                (member.RequestId, member.IdleSince, member.Released) = (null, _now, ++_releases);
        }

        private void Remove(ModelMember? member)
        {
            Assert.Equal(member?.Id, _pool.Remove(member?.Id ?? Environment(0))?.EnvironmentId);
            if (member is not null)
                _model.Remove(member);
        }

        private void Reclaim(ModelMember? member)
        {
            Assert.Equal(member is { RequestId: null }, _pool.Reclaim(member?.Id ?? Environment(0)) is not null);
            if (member is { RequestId: null })
                _model.Remove(member);
        }

        private void Expire()
        {
            var cutoff = _now.AddSeconds(-8);
            var due = _model.Where(member => member.RequestId is null ? member.IdleSince <= cutoff : member.ExpiresAt <= _now).ToList();
            AssertSame(due.Select(member => member.Id), _pool.Expire(_now, cutoff).Select(member => member.EnvironmentId));
            _model.RemoveAll(due.Contains);
        }

        private void RetireOne(ModelMember? member)
        {
            if (member is not null)
                Retire(candidate => candidate == member, _pool.RetireMember(member.Id));
        }

        private void RetireWorker(string worker) => Retire(member => member.Worker == worker, _pool.RetireWorker(worker));

        private void Lose(string worker)
        {
            _pool.Lose(worker);
            _model.RemoveAll(member => member.Worker == worker);
        }

        private void Suspend(string worker)
        {
            if (!_suspended.Remove(worker))
                _suspended.Add(worker);
            _pool.Suspend(worker, _suspended.Contains(worker));
        }

        private void Retire(Predicate<ModelMember> which, IReadOnlyList<PoolMember> stopped)
        {
            var retired = _model.FindAll(which);
            retired.ForEach(member => member.Retired = true);
            var idle = retired.FindAll(member => member.RequestId is null);
            AssertSame(idle.Select(member => member.Id), stopped.Select(member => member.EnvironmentId));
            _model.RemoveAll(idle.Contains);
        }

        private void Adopt(int pick, Lease? lease)
        {
            var id = Environment(_next++);
            _pool.Adopt(id, Workers[pick % 3], _now, lease, _now);
            _model.Add(new ModelMember(id, Workers[pick % 3])
            {
                RequestId = lease?.RequestId,
                ExpiresAt = lease?.ExpiresAt ?? default,
                IdleSince = _now,
                Released = ++_releases,
            });
        }

        private void Compare()
        {
            AssertSame(_model.Select(member => (member.Id, member.Worker, member.RequestId, member.Retired)),
                _pool.Members.Select(member => (member.EnvironmentId, member.WorkerId, member.RequestId, member.Retired)));
            Assert.Equal((_model.Count, Leased), (_pool.Count, _pool.Leased));
            var requests = _pool.Members.Where(member => member.RequestId is not null).Select(member => member.RequestId).ToList();
            Assert.Equal(requests.Count, requests.Distinct().Count());
        }

        private ModelMember? Pick(int pick) => _model.Count == 0 ? null : _model[pick % _model.Count];

        private static void AssertSame<T>(IEnumerable<T> expected, IEnumerable<T> actual) =>
            Assert.Equal(expected.OrderBy(value => value!.ToString(), StringComparer.Ordinal), actual.OrderBy(value => value!.ToString(), StringComparer.Ordinal));
    }

    private sealed class ModelMember(EnvironmentId id, string worker)
    {
        public EnvironmentId Id { get; } = id;
        public string Worker { get; } = worker;
        public string? RequestId { get; set; }
        public DateTimeOffset ExpiresAt { get; set; }
        public DateTimeOffset IdleSince { get; set; }
        public int Released { get; set; }
        public bool Retired { get; set; }
    }
}
