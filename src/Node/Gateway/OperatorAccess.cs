using System.Net;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Node.DataChannel;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Hearth.Node.Gateway;

/// <summary>
/// Who may look into the cluster and change it: whoever is on this machine, and whoever has a certificate of the cluster's authority. What
/// belongs to functions is answered to all who reach the API.
/// </summary>
/// <param name="certificates">Null for a node that is alone: it answers this machine only.</param>
/// <param name="listens">Where it is answered over HTTPS.</param>
internal sealed class OperatorAccess(NodeCertificates? certificates, IPEndPoint? listens) : IRequestAuthenticator
{
    private static readonly PathString OfHearth = "/hearth";

    private static readonly PathString[] Inspection = [NodeApi.Cluster, NodeApi.Sharding, NodeApi.Nodes, NodeApi.AllEnvironments, NodeApi.FunctionLoads, NodeApi.Blanks, NodeApi.Egress];

    /// <summary>Takes every certificate: that of another authority gets an answer which says so, in place of a connection that breaks.</summary>
    public static HttpsConnectionAdapterOptions Https(NodeCertificates certificates) => new()
    {
        ServerCertificate = certificates.Own,
        ClientCertificateMode = ClientCertificateMode.AllowCertificate,
        ClientCertificateValidation = (_, _, _) => true,
    };

    public RequestError? Refuse(HttpRequest request)
    {
        if (request.IsHttps)
            return certificates?.WhyNoOperator(request.HttpContext.Connection.ClientCertificate) is { } flaw ? Denied($"{flaw} deploy/certificates.sh --client makes certificates.") : null;
        return !IsInspection(request.Path) || IsOfThisMachine(request)
            ? null
            : Denied($"Only this machine is answered here.{(listens is null ? "" : $" From others, ask https://{listens} with a certificate of the cluster's authority: hearth --endpoint https://{listens} --certificates DIR.")}");
    }

    // Invocations, which are nearly all there is, are told apart by one comparison.
    private static bool IsInspection(PathString path) =>
        path.StartsWithSegments(OfHearth, StringComparison.OrdinalIgnoreCase) && Array.Exists(Inspection, one => path.StartsWithSegments(one, StringComparison.OrdinalIgnoreCase));

    // What a proxy on this machine passes on is from elsewhere.
    private static bool IsOfThisMachine(HttpRequest request)
    {
        var connection = request.HttpContext.Connection;
        return connection.RemoteIpAddress is { } from && (IPAddress.IsLoopback(from) || from.Equals(connection.LocalIpAddress)) &&
            !request.Headers.ContainsKey("X-Forwarded-For") && !request.Headers.ContainsKey("Forwarded");
    }

    private static RequestError Denied(string message) => new(ErrorCode.AccessDenied, message);
}
