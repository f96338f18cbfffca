using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Hearth.Node.DataChannel;

namespace Hearth.Node.Hosting;

/// <summary>
/// Finds out why a seed does not let this node join. Akka itself says only that it tries again; and where a certificate is not
/// trusted, it ends the node.
/// </summary>
internal static class SeedCheck
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2), RefusalPatience = TimeSpan.FromSeconds(1);

    /// <summary>Nothing where the seeds that can be reached and this node trust each other.</summary>
    /// <exception cref="InvalidOperationException">They do not; the message says who.</exception>
    public static async Task AssertTrustAsync(ClusterOptions options, NodeCertificates certificates)
    {
        var others = options.Seeds.Where(seed => !seed.Equals(options.Akka)).ToList();
        var answers = await Task.WhenAll(others.Select(seed => AskAsync(seed, certificates, CancellationToken.None)));
        if (answers.ToList().FindIndex(answer => answer.IsDistrust) is var bad and >= 0)
            throw new InvalidOperationException($"The seed {others[bad]} {answers[bad].Reason}. {NodeSettings.Certificates.Option} is '{options.CertificatesDirectory}'.");
    }

    /// <summary>What is the matter with a seed, as the end of a sentence.</summary>
    public static async Task<(string Reason, bool IsDistrust)> AskAsync(IPEndPoint seed, NodeCertificates certificates, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(seed, cancellation).AsTask().WaitAsync(ConnectPatience, cancellation);
            await using var tls = new SslStream(client.GetStream());
            var options = certificates.ClientOptions();
            options.TargetHost = $"{seed.Address}";
            await tls.AuthenticateAsClientAsync(options, cancellation).WaitAsync(ConnectPatience, cancellation);

            // A server says that it does not trust a client after the handshake, in place of its first byte.
            var read = await tls.ReadAsync(new byte[1], cancellation).AsTask().WaitAsync(RefusalPatience, cancellation);
            return read == 0 ? ("hangs up: it does not trust this node's certificate", true) : ("answers, and is no node", true);
        }
        catch (TimeoutException)
        {
            return ("does not let this node in: is it of another database, region or account, or does it have no cluster itself yet?", false);
        }
        catch (AuthenticationException)
        {
            return ("shows a certificate of another authority, or does not trust this node's", true);
        }
        catch (SocketException refused)
        {
            return ($"is not to be reached: {refused.Message}", false);
        }
        catch (IOException)
        {
            return ("hangs up: it does not trust this node's certificate", true);
        }
    }
}
