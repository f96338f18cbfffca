using Hearth.Contracts.Functions;

namespace Hearth.Node.Functions;

/// <summary>What has happened to one function, as its journal keeps it. Events are only ever extended; see docs/adr/0003.</summary>
internal interface IFunctionEvent
{
    DateTimeOffset At { get; }
}

/// <summary>The function exists, and is not active yet.</summary>
internal sealed record FunctionCreated(FunctionSettings Settings, CodeReference Code, string RevisionId, DateTimeOffset At) : IFunctionEvent;

/// <summary>New code was accepted; the code before it runs until <see cref="FunctionSettled"/>.</summary>
internal sealed record FunctionCodeUpdated(CodeReference Code, string RevisionId, DateTimeOffset At) : IFunctionEvent;

/// <summary>New settings were accepted; those before them hold until <see cref="FunctionSettled"/>.</summary>
internal sealed record FunctionConfigurationUpdated(FunctionSettings Settings, string RevisionId, DateTimeOffset At) : IFunctionEvent;

/// <summary>The latest create or update took effect, or failed for the reason given.</summary>
/// <param name="Failure">Null on success.</param>
/// <param name="FailureCode">AWS's code for the failure; null where it is <c>InternalError</c>.</param>
internal sealed record FunctionSettled(string RevisionId, string? Failure, DateTimeOffset At, string? FailureCode = null) : IFunctionEvent;

/// <summary>The function is no more; a new one of its name starts from nothing.</summary>
internal sealed record FunctionDeleted(DateTimeOffset At) : IFunctionEvent;
