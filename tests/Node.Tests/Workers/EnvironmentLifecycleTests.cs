using Hearth.Node.Workers;
using static Hearth.Node.Workers.EnvironmentInput;
using static Hearth.Node.Workers.EnvironmentState;

namespace Hearth.Node.Tests.Workers;

public class EnvironmentLifecycleTests
{
    /// <summary>Every transition there is. A change of the code has to be one of this table as well.</summary>
    private static readonly Dictionary<(EnvironmentState From, EnvironmentInput Input), EnvironmentState> Allowed = new()
    {
        [(Starting, SandboxStarted)] = Initializing,
        [(Starting, InitFailed)] = Stopping,
        [(Starting, StopRequested)] = Stopping,

        [(Initializing, RuntimeAsked)] = Idle,
        [(Initializing, InitFailed)] = Stopping,
        [(Initializing, InitTimedOut)] = Resetting,
        [(Initializing, RuntimeExited)] = Stopping,
        [(Initializing, StopRequested)] = Stopping,

        [(Idle, RuntimeAsked)] = Idle,
        [(Idle, InvokeTimedOut)] = Resetting,
        [(Idle, InvocationDelivered)] = Invoking,
        [(Idle, RuntimeExited)] = Stopping,
        [(Idle, StopRequested)] = Stopping,

        [(Invoking, ResponseBegan)] = Streaming,
        [(Invoking, RuntimeResponded)] = Responded,
        [(Invoking, InvokeTimedOut)] = Resetting,
        [(Invoking, RuntimeExited)] = Resetting,
        [(Invoking, StopRequested)] = Stopping,

        [(Streaming, RuntimeResponded)] = Responded,
        [(Streaming, InvokeTimedOut)] = Resetting,
        [(Streaming, RuntimeExited)] = Resetting,
        [(Streaming, StopRequested)] = Stopping,

        [(Responded, RuntimeAsked)] = Idle,
        [(Responded, InvokeTimedOut)] = Resetting,
        [(Responded, RuntimeExited)] = Resetting,
        [(Responded, StopRequested)] = Stopping,

        [(Resetting, SandboxStarted)] = Initializing,
        [(Resetting, InitFailed)] = Stopping,
        [(Resetting, StopRequested)] = Stopping,
    };

    public static TheoryData<string, string> EveryStateAndInput()
    {
        var cases = new TheoryData<string, string>();
        foreach (var state in Enum.GetNames<EnvironmentState>())
        {
            foreach (var input in Enum.GetNames<EnvironmentInput>())
                cases.Add(state, input);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(EveryStateAndInput))]
    public void A_transition_is_made_where_the_table_has_it_and_refused_elsewhere(string state, string input)
    {
        var from = Enum.Parse<EnvironmentState>(state);
        var key = (from, Enum.Parse<EnvironmentInput>(input));
        var moved = EnvironmentLifecycle.TryMove(from, key.Item2, out var to);
        Assert.Equal(Allowed.ContainsKey(key), moved);
        Assert.Equal(Allowed.GetValueOrDefault(key, from), to);
    }
}
