namespace Hearth.Client;

/// <summary>No answer came: no connection could be made, it broke, or the node took longer than the timeout.</summary>
public sealed class HearthUnreachableException : HearthException
{
    internal HearthUnreachableException(Uri endpoint, string what, bool sent, Exception? inner)
        : base($"The node at {endpoint.AbsoluteUri.TrimEnd('/')} {what}.", inner)
    {
        Endpoint = endpoint;
        MayHaveBeenDone = sent;
    }

    public Uri Endpoint { get; }

    /// <summary>Whether the request may have reached the node, which may then have carried it out.</summary>
    public bool MayHaveBeenDone { get; }
}
