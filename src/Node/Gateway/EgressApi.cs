using Hearth.Contracts.Api;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Gateway;

/// <summary><c>GET /hearth/v1/egress</c>: what the operator has granted. There is no way to change it by the API, whose callers own functions.</summary>
internal sealed class EgressApi(EgressSettings settings)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(NodeApi.Egress, context => ApiReplies.WriteAsync(
        context, StatusCodes.Status200OK, Describe(context.Request.Query["function"]), ApiJson.Relaxed.ListEgressResponse));

    /// <param name="function">Null or empty for all grants.</param>
    internal ListEgressResponse Describe(string? function)
    {
        var policies = settings.Current;
        var grants = string.IsNullOrEmpty(function) ? policies.Grants : policies.GrantOf(function) is { } grant ? [grant] : [];
        return new ListEgressResponse(
            settings.Path ?? "", [.. grants.Select(grant => new EgressDescription(grant.Pattern, Reaches(grant)))],
            [.. (policies.Resolvers ?? MachineResolvers.Read()).Select(resolver => resolver.ToString())], [.. policies.Never.Select(range => range.ToString())]);
    }

    private static List<string> Reaches(EgressGrant grant) => [.. grant.Internet ? ["internet"] : Array.Empty<string>(), .. grant.Rules.Select(rule => rule.ToString())];
}
