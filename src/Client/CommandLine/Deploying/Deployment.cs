using Hearth.Client;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Deploying;

/// <summary>What <c>hearth deploy --json</c> prints.</summary>
/// <param name="Action"><c>created</c>, <c>updated</c> or <c>unchanged</c>.</param>
/// <param name="Changes">What an update changed.</param>
/// <param name="Files">Files and links in the package.</param>
internal sealed record DeployReport(
    string FunctionName, string Action, IReadOnlyList<string> Changes, int Files, long CodeSize, string CodeSha256, FunctionConfiguration Configuration);

/// <summary>Carries a plan out on the node, and waits until it is in force.</summary>
internal static class Deployment
{
    public static async Task<DeployReport> RunAsync(DeployPlan plan, HearthClient client, Action<string> step, CancellationToken cancellationToken)
    {
        if (plan.Current is null) return await CreateAsync(plan, client, step, cancellationToken);
        var function = await SettledAsync(plan.Current, client, step, cancellationToken);
        var (update, changes) = plan.Settings.ToUpdate(function);
        var isNewCode = plan.Package.Sha256 != function.CodeSha256 || HasFailed(function);
        if (!isNewCode && changes.Count == 0) return Report("unchanged", [], plan, function);

        var name = function.FunctionName;
        if (isNewCode)
        {
            step($"Sending {name}'s code");
            await client.UpdateFunctionCodeAsync(name, new UpdateFunctionCodeRequest { ZipFile = plan.Package.Bytes }, cancellationToken);
            function = await client.WaitUntilUpdatedAsync(name, cancellationToken: cancellationToken);
        }

        if (changes.Count > 0)
        {
            step($"Changing {name}'s settings");
            await client.UpdateFunctionConfigurationAsync(name, update, cancellationToken);
            function = await client.WaitUntilUpdatedAsync(name, cancellationToken: cancellationToken);
        }

        if (function.State != FunctionState.Active) function = await client.WaitUntilActiveAsync(name, cancellationToken: cancellationToken);
        return Report("updated", isNewCode ? ["code", .. changes] : changes, plan, function);
    }

    private static async Task<DeployReport> CreateAsync(DeployPlan plan, HearthClient client, Action<string> step, CancellationToken cancellationToken)
    {
        step($"Creating {plan.Settings.Name}");
        var created = await client.CreateFunctionAsync(plan.Settings.ToCreate(plan.Package.Bytes), cancellationToken);
        step($"Waiting until {created.FunctionName} is active");
        return Report("created", [], plan, await client.WaitUntilActiveAsync(created.FunctionName, cancellationToken: cancellationToken));
    }

    // An update is refused while an earlier change goes on. How that one ends is no matter: this one replaces it.
    private static async Task<FunctionConfiguration> SettledAsync(
        FunctionConfiguration function, HearthClient client, Action<string> step, CancellationToken cancellationToken)
    {
        if (function.State != FunctionState.Pending && function.LastUpdateStatus != LastUpdateStatus.InProgress) return function;
        step($"Waiting for an earlier change of {function.FunctionName}");
        try
        {
            await client.WaitUntilActiveAsync(function.FunctionName, cancellationToken: cancellationToken);
            return await client.WaitUntilUpdatedAsync(function.FunctionName, cancellationToken: cancellationToken);
        }
        catch (FunctionNotReadyException failed)
        {
            return failed.Function;
        }
    }

    // The code that failed may fail again, but it can also have been the node's fault: a deployment tries.
    private static bool HasFailed(FunctionConfiguration function) =>
        function.State == FunctionState.Failed || function.LastUpdateStatus == LastUpdateStatus.Failed;

    private static DeployReport Report(string action, IReadOnlyList<string> changes, DeployPlan plan, FunctionConfiguration function) =>
        new(function.FunctionName, action, changes, plan.Package.Files, function.CodeSize, function.CodeSha256, function);
}
