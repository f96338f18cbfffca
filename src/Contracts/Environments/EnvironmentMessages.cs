using System.Text.Json.Serialization;
using Hearth.Contracts.Functions;

namespace Hearth.Contracts.Environments;

/// <summary>An execution environment's identity, unique for ever; also the last part of its log stream's name.</summary>
public readonly record struct EnvironmentId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>The right to one environment for one invocation.</summary>
/// <param name="WorkerId">The node whose worker has the environment.</param>
/// <param name="Version">What <c>X-Amz-Executed-Version</c> says.</param>
/// <param name="ExpiresAt">Past this instant the function's actor takes the environment for lost.</param>
public sealed record Lease(EnvironmentId EnvironmentId, string WorkerId, string RequestId, string Version, DateTimeOffset ExpiresAt);

/// <summary>Everything a worker needs to run one function version.</summary>
/// <param name="FunctionArn">Unqualified.</param>
/// <param name="Version"><c>$LATEST</c> or a number.</param>
/// <param name="Deployment">Identifies this code with these settings; two environments of one deployment are alike.</param>
public sealed record EnvironmentSpec(
    string FunctionName, string FunctionArn, string Version, string Deployment, FunctionSettings Settings, CodeReference Code);

/// <summary>Tells a worker to start an environment; its life ends with an <see cref="EnvironmentEnded"/>, and no later.</summary>
/// <param name="DecidedAt">When the function's actor chose the worker; null from one that does not tell.</param>
public sealed record StartEnvironment(EnvironmentId EnvironmentId, EnvironmentSpec Spec, Lease Lease, DateTimeOffset? DecidedAt = null);

/// <summary>Why a function gives up one of its environments.</summary>
public enum StopReason
{
    Unspecified,

    /// <summary>It has been idle for too long, or its lease is overdue.</summary>
    Expired,

    /// <summary>The worker is short of memory.</summary>
    MemoryPressure,

    /// <summary>The function's code or settings have changed.</summary>
    Updated,

    Deleted,

    /// <summary>Whoever leased it found it unfit for another invocation.</summary>
    Unfit,

    /// <summary>Its worker takes no more invocations, and is to leave.</summary>
    Drained,
}

/// <summary>Tells a worker to end an environment; a running invocation is finished first.</summary>
public sealed record StopEnvironment(EnvironmentId EnvironmentId, StopReason Reason = StopReason.Unspecified);

/// <summary>An environment is no more, for whatever reason; its lease, if any, is void.</summary>
public sealed record EnvironmentEnded(string FunctionName, EnvironmentId EnvironmentId) : IFunctionMessage;

/// <summary>Asks a worker which environments of a function it has. Reply: <see cref="EnvironmentsReported"/>.</summary>
public sealed record ReportEnvironments(string FunctionName);

/// <param name="WorkerId">Who reports.</param>
/// <param name="Part">A report of many environments comes in several messages: the number of this one, from 0, in order.</param>
/// <param name="Parts">How many there are.</param>
public sealed record EnvironmentsReported(
    string FunctionName, string WorkerId, IReadOnlyList<ReportedEnvironment> Environments, int Part = 0, int Parts = 1)
{
    /// <summary>Environments in one message: with leases they fit the largest that goes between nodes, 128,000 bytes.</summary>
    public const int PartSize = 200;
}

/// <param name="Deployment">See <see cref="EnvironmentSpec"/>.</param>
/// <param name="Lease">What it is leased for; null while it is idle.</param>
public sealed record ReportedEnvironment(EnvironmentId EnvironmentId, string Deployment, DateTimeOffset StartedAt, Lease? Lease);

/// <summary>A worker short of memory asks for an environment it believes idle; a leased one is kept.</summary>
/// <param name="WorkerId">Who asks.</param>
public sealed record ReclaimEnvironment(string FunctionName, EnvironmentId EnvironmentId, string WorkerId = "") : IFunctionMessage;

/// <summary>Asks a worker to make a code package ready to run. Reply: <see cref="PackagePrepared"/>.</summary>
/// <param name="Runtime">What will run it, for the worker to be ready as well.</param>
/// <param name="MemoryMib">The function's size, for the same reason.</param>
public sealed record PreparePackage(CodeReference Code, string Runtime, int MemoryMib);

/// <param name="Failure">Null when the package is ready.</param>
/// <param name="FailureCode">AWS's code for it, as <c>InvalidImage</c>; null where it has none but <c>InternalError</c>.</param>
/// <param name="IsWorkers">The failure is the worker's own, as a full disk: another worker may not have it.</param>
public sealed record PackagePrepared(CodeReference Code, string? Failure, string? FailureCode = null, bool IsWorkers = false);

/// <summary>Asks a worker how it stands. Reply: <see cref="WorkerDescribed"/>.</summary>
public sealed record DescribeWorker;

/// <param name="Channel">Where its data channel listens, <c>ADDR:PORT</c>; null where it has none.</param>
/// <param name="TotalMib">What all its environments may be promised together.</param>
/// <param name="ReservedMib">What they are promised.</param>
/// <param name="WaitingMib">What starts wait for beyond that.</param>
/// <param name="IsDraining">It takes no more environments.</param>
public sealed record WorkerDescribed(
    string WorkerId, string? Channel, long TotalMib, long ReservedMib, long WaitingMib, bool IsDraining, int Environments = 0, int StartsWaiting = 0)
{
    /// <summary>What is promised to none; below 0 by what starts wait for.</summary>
    [JsonIgnore]
    public long FreeMib => TotalMib - ReservedMib - WaitingMib;
}
