namespace Hearth.Node.Gateway;

/// <summary>The identity of each request: in the answer's headers, and the request id of an invocation.</summary>
internal static class RequestIds
{
    private static readonly object Key = new();

    public static string Assign(HttpContext context)
    {
        var id = Guid.NewGuid().ToString();
        context.Items[Key] = id;
        context.Response.Headers[ApiReplies.RequestIdHeader] = id;
        return id;
    }

    public static string Of(HttpContext context) => (string)context.Items[Key]!;
}
