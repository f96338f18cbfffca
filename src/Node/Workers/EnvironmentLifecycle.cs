namespace Hearth.Node.Workers;

internal enum EnvironmentState
{
    /// <summary>The sandbox is being made.</summary>
    Starting,

    /// <summary>The runtime loads the function: from the process's start to its first <c>next</c>.</summary>
    Initializing,

    /// <summary>The runtime waits for an invocation.</summary>
    Idle,

    /// <summary>The runtime has an invocation.</summary>
    Invoking,

    /// <summary>The runtime writes its response, which is passed on as it comes.</summary>
    Streaming,

    /// <summary>The runtime has answered and not asked for more yet.</summary>
    Responded,

    /// <summary>The processes are killed and started again; /tmp stays.</summary>
    Resetting,

    /// <summary>The end.</summary>
    Stopping,
}

internal enum EnvironmentInput
{
    SandboxStarted,
    RuntimeAsked,
    InvocationDelivered,
    ResponseBegan,
    RuntimeResponded,
    InitFailed,
    InitTimedOut,
    InvokeTimedOut,
    RuntimeExited,
    StopRequested,
}

/// <summary>Every transition of an execution environment; what is not listed is refused.</summary>
internal static class EnvironmentLifecycle
{
    public static bool TryMove(EnvironmentState from, EnvironmentInput input, out EnvironmentState to)
    {
        EnvironmentState? next = (from, input) switch
        {
            (EnvironmentState.Starting, EnvironmentInput.SandboxStarted) => EnvironmentState.Initializing,
            (EnvironmentState.Starting, EnvironmentInput.InitFailed) => EnvironmentState.Stopping,

            (EnvironmentState.Initializing, EnvironmentInput.RuntimeAsked) => EnvironmentState.Idle,
            (EnvironmentState.Initializing, EnvironmentInput.InitFailed) => EnvironmentState.Stopping,
            (EnvironmentState.Initializing, EnvironmentInput.InitTimedOut) => EnvironmentState.Resetting,
            (EnvironmentState.Initializing, EnvironmentInput.RuntimeExited) => EnvironmentState.Stopping,

            // A runtime whose connection broke asks again.
            (EnvironmentState.Idle, EnvironmentInput.RuntimeAsked) => EnvironmentState.Idle,
            (EnvironmentState.Idle, EnvironmentInput.InvocationDelivered) => EnvironmentState.Invoking,
            (EnvironmentState.Idle, EnvironmentInput.InvokeTimedOut) => EnvironmentState.Resetting,
            (EnvironmentState.Idle, EnvironmentInput.RuntimeExited) => EnvironmentState.Stopping,

            (EnvironmentState.Invoking, EnvironmentInput.ResponseBegan) => EnvironmentState.Streaming,
            (EnvironmentState.Invoking, EnvironmentInput.RuntimeResponded) => EnvironmentState.Responded,
            (EnvironmentState.Invoking, EnvironmentInput.InvokeTimedOut) => EnvironmentState.Resetting,
            (EnvironmentState.Invoking, EnvironmentInput.RuntimeExited) => EnvironmentState.Resetting,

            (EnvironmentState.Streaming, EnvironmentInput.RuntimeResponded) => EnvironmentState.Responded,
            (EnvironmentState.Streaming, EnvironmentInput.InvokeTimedOut) => EnvironmentState.Resetting,
            (EnvironmentState.Streaming, EnvironmentInput.RuntimeExited) => EnvironmentState.Resetting,

            (EnvironmentState.Responded, EnvironmentInput.RuntimeAsked) => EnvironmentState.Idle,
            (EnvironmentState.Responded, EnvironmentInput.InvokeTimedOut) => EnvironmentState.Resetting,
            (EnvironmentState.Responded, EnvironmentInput.RuntimeExited) => EnvironmentState.Resetting,

            (EnvironmentState.Resetting, EnvironmentInput.SandboxStarted) => EnvironmentState.Initializing,
            (EnvironmentState.Resetting, EnvironmentInput.InitFailed) => EnvironmentState.Stopping,

            (not EnvironmentState.Stopping, EnvironmentInput.StopRequested) => EnvironmentState.Stopping,
            _ => null,
        };
        to = next ?? from;
        return next is not null;
    }
}
