using Hearth.Contracts.Errors;
using Hearth.Contracts.Identity;

namespace Hearth.Node.Gateway;

/// <summary>Turns a function as a path names it into the function meant, or into AWS's refusal.</summary>
internal sealed class FunctionNames(Partition partition)
{
    public Partition Partition => partition;

    /// <summary>For operations on the function itself, or on a version of it.</summary>
    public (FunctionReference? Reference, RequestError? Error) Resolve(HttpContext context) => Resolve(
        Uri.UnescapeDataString((string)context.Request.RouteValues["name"]!),
        context.Request.Query["Qualifier"].ToString() is { Length: > 0 } given ? given : null);

    /// <param name="qualifier">Given beside the name; null where none is.</param>
    public (FunctionReference? Reference, RequestError? Error) Resolve(string text, string? qualifier = null)
    {
        if (!FunctionReference.TryParse(text, out var reference))
            return (null, BadName(text));
        if (reference.Region is { } region && region != partition.Region)
            return (null, new RequestError(ErrorCode.ResourceNotFound, $"Functions from '{region}' are not reachable in this region ('{partition.Region}')"));
        if (reference.AccountId is { } account && account != partition.AccountId)
            return (null, new RequestError(ErrorCode.AccessDenied, $"Account {account} is not served here; this node answers for {partition.AccountId}."));

        if (qualifier is not null && reference.Qualifier is not null && qualifier != reference.Qualifier)
            return (null, RequestError.InvalidParameter("The derived qualifier from the function name does not match the specified qualifier."));

        reference = reference with { Qualifier = reference.Qualifier ?? qualifier };

        // Versions and aliases do not exist yet, so that no qualifier but $LATEST finds anything.
        return reference.Qualifier is null or FunctionReference.Latest
            ? (reference, null)
            : (null, RequestError.FunctionNotFound(partition.FunctionArn(reference.Name, reference.Qualifier)));
    }

    /// <summary>A name that does not fit the API model's pattern.</summary>
    public static RequestError BadName(string text) =>
        RequestError.Constraint(text, "functionName", $"Member must satisfy regular expression pattern: {FunctionReference.Pattern}");
}
