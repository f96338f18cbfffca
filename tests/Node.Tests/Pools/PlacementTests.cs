using CsCheck;
using Hearth.Node.Pools;

namespace Hearth.Node.Tests.Pools;

public class PlacementTests
{
    [Fact]
    public void Without_a_worker_there_is_no_place() => Assert.Null(Placement.Choose([], 128, _ => 0));

    [Fact]
    public void A_worker_with_the_memory_free_is_chosen_before_one_without() =>
        Assert.Equal("b", Placement.Choose([new("a", 127, 4_096, 0, true), new("b", 128, 1_024, 5, false)], 128, _ => 0));

    [Theory]
    [InlineData(100, 4_096, -200, 4_096, "a")]
    [InlineData(100, 256, -200, 4_096, "b")]
    public void Where_none_has_it_free_the_one_that_comes_nearest_takes_idle_environments_back(long freeOfA, long totalOfA, long freeOfB, long totalOfB, string chosen) =>
        Assert.Equal(chosen, Placement.Choose([new("a", freeOfA, totalOfA, 0, false), new("b", freeOfB, totalOfB, 0, false)], 512, _ => 0));

    [Theory]
    [InlineData(0, 0, false, 1_000, 0, false, 2_000, "b")] // more memory free
    [InlineData(0, 0, true, 1_000, 0, false, 2_000, "a")] // the code is there
    [InlineData(0, 1, true, 1_000, 0, false, 2_000, "a")] // leaning by one is nothing yet
    [InlineData(0, 2, true, 2_000, 0, false, 1_000, "b")] // by two it is
    public void Of_two_the_better_one_is_chosen(int seed, int ofA, bool codeOnA, long freeOfA, int ofB, bool codeOnB, long freeOfB, string chosen)
    {
        WorkerLoad[] workers = [new("a", freeOfA, 4_096, ofA, codeOnA), new("b", freeOfB, 4_096, ofB, codeOnB)];
        foreach (var pick in new[] { seed, 1 })
            Assert.Equal(chosen, Placement.Choose(workers, 128, count => Math.Min(pick, count - 1)));
    }

    [Fact]
    public void Any_two_different_workers_can_be_compared_and_only_those()
    {
        // Each has less free than the one before: the first of a pair is always chosen.
        var workers = Enumerable.Range(0, 4).Select(n => new WorkerLoad($"{n}", 4_000 - (n * 100), 4_096, 0, false)).ToArray();
        var chosen = new HashSet<string>();
        for (var first = 0; first < 4; first++)
        {
            for (var second = 0; second < 3; second++)
            {
                var picks = new Queue<int>([first, second]);
                chosen.Add(Placement.Choose(workers, 128, _ => picks.Dequeue())!);
            }
        }

        Assert.Equal(["0", "1", "2"], chosen.Order());
    }

    [Fact]
    public void A_function_that_grows_is_spread_evenly_over_equal_workers() =>
        Gen.Int[2, 8].Select(Gen.Int[1, 300], Gen.UInt).Sample((nodes, environments, seed) =>
        {
            var random = new Random((int)(seed & int.MaxValue));
            var counts = new int[nodes];
            for (var n = 0; n < environments; n++)
            {
                var loads = counts.Select((count, worker) => new WorkerLoad($"{worker}", 1_000_000 - (count * 128), 1_000_000, count, count > 0)).ToArray();
                counts[int.Parse(Placement.Choose(loads, 128, random.Next)!)]++;
            }

            Assert.InRange(counts.Max() - counts.Min(), 0, 12);
        });
}
