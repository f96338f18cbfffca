using CsCheck;
using Hearth.Contracts.Functions;
using Hearth.Node.Concurrency;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Concurrency;

/// <summary>
/// Functions that lease, release, ask, renew and give back at random, and an account, with messages between them that are late, in order,
/// and sometimes lost: whatever happens, all together never have more leases than the limit.
/// </summary>
public class ConcurrencyPropertyTests
{
    private const int Limit = 12, Functions = 3;

    private enum Step
    {
        Lease, Release, Wait, Renew, ToAccount, FromAccount, AskBack, LoseToAccount, LoseFromAccount,
    }

    [Fact]
    public void All_functions_together_never_have_more_leases_than_the_limit() =>
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, Functions - 1], Gen.Int[1, 9]).Array[1, 300].Sample(
            steps =>
            {
                var run = new Run();
                foreach (var (step, function, amount) in steps)
                    run.Do(step, function, amount);
            },
            iter: 20_000);

    [Fact]
    public void Once_messages_arrive_everything_that_is_wanted_and_there_is_had()
    {
        var run = new Run();
        run.Do(Step.Wait, 0, 9);
        run.Settle();
        run.Do(Step.Wait, 1, 9);
        run.Settle();
        Assert.Equal(Limit, run.Held);
    }

    private sealed class Run
    {
        private readonly AccountPool _account = new(Limit);
        private readonly Function[] _functions = [.. Enumerable.Range(0, Functions).Select(n => new Function($"f{n}"))];

        public int Held => _functions.Sum(function => function.Block.Held);

        public void Do(Step step, int index, int amount)
        {
            var function = _functions[index];
            switch (step)
            {
                case Step.Lease: function.Leased = Math.Min(Math.Max(function.Leased, function.Block.Held), function.Leased + amount); break;
                case Step.Release: function.Leased = Math.Max(0, function.Leased - amount); break;
                case Step.Wait: function.ToAccount.Enqueue(function.Block.More(function.Leased, amount)); break;
                case Step.Renew when function.Block.Renew(function.Leased, function.Leased) is { } renewal: function.ToAccount.Enqueue(renewal); break;
                case Step.AskBack: function.ToAccount.Enqueue(function.Block.Return(function.Leased, 0)); break;
                case Step.ToAccount when function.ToAccount.TryDequeue(out var request):
                    function.FromAccount.Enqueue(new ConcurrencyGranted(request.RequestId, _account.Request(request, Time)));
                    break;
                case Step.FromAccount when function.FromAccount.TryDequeue(out var granted): function.Block.Take(granted); break;
                case Step.LoseToAccount: function.ToAccount.TryDequeue(out _); break;
                case Step.LoseFromAccount: function.FromAccount.TryDequeue(out _); break;
            }

            Assert.InRange(_functions.Sum(one => Math.Max(one.Leased, one.Block.Held)), 0, Limit);
        }

        public void Settle()
        {
            for (var round = 0; round < 10; round++)
            {
                foreach (var step in new[] { Step.ToAccount, Step.FromAccount })
                {
                    for (var function = 0; function < Functions; function++)
                        Do(step, function, 1);
                }
            }
        }
    }

    private sealed class Function(string name)
    {
        public ConcurrencyBlock Block { get; } = new(name);

        public Queue<RequestConcurrency> ToAccount { get; } = [];

        public Queue<ConcurrencyGranted> FromAccount { get; } = [];

        public int Leased { get; set; }
    }
}
