using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>Decides whether a request may pass, by who sends it. The one place for it; signatures are not looked at.</summary>
internal interface IRequestAuthenticator
{
    /// <summary>Why the request is refused; null where it may pass.</summary>
    RequestError? Refuse(HttpRequest request);
}
