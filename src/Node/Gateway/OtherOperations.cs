using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>Answers what no route serves: an operation of Lambda that this version does not have is named, anything else is unknown.</summary>
internal static class OtherOperations
{
    // Parts of paths that tell one family of operations from another; source: API model.
    private static readonly (string Part, string Operations)[] Families =
    [
        ("/invoke-async", "InvokeAsync"),
        ("/event-source-mappings", "Event source mappings"),
        ("/event-invoke-config", "Event invoke configurations"),
        ("/durable-execution", "Durable executions"),
        ("/provisioned-concurrency", "Provisioned concurrency"),
        ("/concurrency", "Reserved concurrency"),
        ("/code-signing-config", "Code signing"),
        ("/runtime-management-config", "Runtime management"),
        ("/recursion-config", "Recursion configuration"),
        ("/function-scaling-config", "Function scaling"),
        ("/capacity-providers", "Capacity providers"),
        ("/layers", "Layers"),
        ("/versions", "Versions"),
        ("/aliases", "Aliases"),
        ("/policy", "Permissions"),
        ("/url", "Function URLs"),
        ("/tags", "Tags"),
    ];

    public static Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var family = Families.FirstOrDefault(family => path.Contains(family.Part, StringComparison.Ordinal));
        return ApiReplies.WriteErrorAsync(context, new RequestError(
            ErrorCode.UnknownOperation,
            family.Operations is not null && path.StartsWith("/20", StringComparison.Ordinal)
                ? $"{family.Operations}: not supported by this version of Hearth ({context.Request.Method} {path})."
                : $"{context.Request.Method} {path} is no operation of the Lambda API."));
    }
}
