using CsCheck;
using Hearth.Node.Workers;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Workers;

public class MemoryBudgetTests
{
    [Fact]
    public void What_is_reserved_never_exceeds_the_total_and_is_refused_only_for_want_of_room() =>
        Gen.Select(Gen.Int[128, 20_000], Gen.Select(Gen.Bool, Gen.Int[128, 10_240]).Array[1, 60]).Sample((total, steps) =>
        {
            var budget = new MemoryBudget(total);
            var held = new List<int>();
            foreach (var (free, mib) in steps)
            {
                if (free && held.Count > 0)
                {
                    budget.Free(held[0]);
                    held.RemoveAt(0);
                }
                else
                {
                    var fits = held.Sum() + mib <= total;
                    Assert.Equal(fits, budget.TryReserve(mib));
                    if (fits)
                        held.Add(mib);
                }

                Assert.Equal(held.Sum(), budget.ReservedMib);
                Assert.InRange(budget.ReservedMib, 0, budget.TotalMib);
            }
        });

    [Fact]
    public void Reclaims_are_the_least_recently_used_and_no_more_than_needed() =>
        Gen.Select(Gen.Int[0, 4_000], Gen.Select(Gen.Int[0, 50], Gen.Int[128, 1_024]).Array[0, 20]).Sample((needed, idle) =>
        {
            var budget = new MemoryBudget(idle.Sum(environment => environment.Item2) + 100);
            Assert.All(idle, environment => Assert.True(budget.TryReserve(environment.Item2)));

            var chosen = budget.ChooseReclaims(idle, environment => Time.AddSeconds(environment.Item1), environment => environment.Item2, needed);

            Assert.Equal(idle.OrderBy(environment => environment.Item1).Take(chosen.Count), chosen);
            var freed = 100 + chosen.Sum(environment => environment.Item2);
            Assert.True(freed >= needed || chosen.Count == idle.Length);
            if (chosen.Count > 0)
                Assert.True(freed - chosen[^1].Item2 < needed);
        });
}
