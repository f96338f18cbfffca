using Hearth.Contracts.Api;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Errors;

namespace Hearth.Contracts.Functions;

/// <summary>A message to one function's actor; the shard is found by <see cref="FunctionName"/>.</summary>
public interface IFunctionMessage
{
    string FunctionName { get; }
}

/// <summary>Reply: <see cref="FunctionDescribed"/> or <see cref="RequestRefused"/>.</summary>
public sealed record CreateFunction(string FunctionName, FunctionSettings Settings, CodeReference Code) : IFunctionMessage;

/// <summary>Reply: <see cref="FunctionDescribed"/> or <see cref="RequestRefused"/>.</summary>
/// <param name="RevisionId">Refused where it is given and is not the function's own.</param>
/// <param name="DryRun">Answers what would be, and changes nothing.</param>
public sealed record UpdateFunctionCode(string FunctionName, CodeReference Code, string? RevisionId, bool DryRun) : IFunctionMessage;

/// <summary>Reply: <see cref="FunctionDescribed"/> or <see cref="RequestRefused"/>.</summary>
public sealed record UpdateFunctionConfiguration(string FunctionName, FunctionSettingsPatch Patch, string? RevisionId) : IFunctionMessage;

/// <summary>Reply: <see cref="FunctionRemoved"/> or <see cref="RequestRefused"/>.</summary>
public sealed record DeleteFunction(string FunctionName) : IFunctionMessage;

/// <summary>Reply: <see cref="FunctionDescribed"/> or <see cref="RequestRefused"/>.</summary>
public sealed record DescribeFunction(string FunctionName) : IFunctionMessage;

/// <summary>Reply: <see cref="EnvironmentsDescribed"/> or <see cref="RequestRefused"/>.</summary>
public sealed record DescribeEnvironments(string FunctionName) : IFunctionMessage;

/// <summary>Wakes a function whose catalogue row is behind its journal, so that it writes the row again. No reply.</summary>
public sealed record RefreshCatalogue(string FunctionName) : IFunctionMessage;

/// <summary>Asks for the right to one environment for one invocation. Reply: <see cref="InvocationAdmitted"/> or <see cref="RequestRefused"/>.</summary>
/// <remarks>Asked again for the same request, it gives the same lease while that lasts: a question or its answer may have been lost.</remarks>
/// <param name="Near">The caller's node, whose environments are preferred; null for any.</param>
/// <param name="Avoid">A worker that was not to be reached; null for none.</param>
public sealed record AdmitInvocation(string FunctionName, string RequestId, string? Near = null, string? Avoid = null) : IFunctionMessage;

/// <summary>Gives a lease back. No reply.</summary>
public sealed record ReleaseLease(string FunctionName, EnvironmentId EnvironmentId, string RequestId, LeaseOutcome Outcome) : IFunctionMessage;

/// <summary>What an environment is worth after its lease.</summary>
public enum LeaseOutcome
{
    /// <summary>It can be leased again; it may still be resetting, and the next invocation then waits for that.</summary>
    Reusable,

    /// <summary>It has ended or never started.</summary>
    Gone,
}

/// <param name="ImageUri">The container image as its owner named it; null for a zip.</param>
public sealed record FunctionDescribed(FunctionConfiguration Configuration, string? ImageUri = null);

public sealed record FunctionRemoved(string FunctionName);

public sealed record EnvironmentsDescribed(int ConcurrencyLimit, IReadOnlyList<EnvironmentDescription> Environments);

public sealed record RequestRefused(RequestError Error);

public sealed record InvocationAdmitted(Lease Lease);
