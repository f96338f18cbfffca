using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>Decides whether a request's signature is good. The one place for it.</summary>
internal interface IRequestAuthenticator
{
    /// <summary>Why the request is refused; null where it may pass.</summary>
    RequestError? Refuse(HttpRequest request);
}

/// <summary>Accepts any signature, or none: good enough while the node listens on loopback addresses alone.</summary>
internal sealed class AcceptAnySignature : IRequestAuthenticator
{
    public RequestError? Refuse(HttpRequest request) => null;
}
