using System.Security.Cryptography;
using System.Text;

namespace Hearth.Client.Http;

/// <summary>
/// The one place where requests are signed: AWS Signature Version 4 over method, path, query, host, date and body.
/// Source: AWS General Reference, "Signature Version 4". Thread-safe.
/// </summary>
internal sealed class RequestSigner(HearthCredentials credentials, string region, TimeProvider clock)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string SignedHeaders = "host;x-amz-date";

    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body)
    {
        var uri = request.RequestUri!;
        var time = clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'");
        var day = time[..8];
        var scope = $"{day}/{region}/lambda/aws4_request";
        var canonical =
            $"{request.Method.Method}\n{CanonicalPath(uri)}\n{CanonicalQuery(uri)}\n" +
            $"host:{uri.Authority}\nx-amz-date:{time}\n\n{SignedHeaders}\n{Hex(SHA256.HashData(body))}";
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Hex(Hmac(SigningKey(day), toSign));

        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={SignedHeaders}, Signature={signature}");
    }

    // Lambda's signatures cover the path escaped once more than it is sent.
    private static string CanonicalPath(Uri uri) => string.Join('/', uri.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string CanonicalQuery(Uri uri) =>
        string.Join('&', uri.Query.TrimStart('?').Split('&').Order(StringComparer.Ordinal));

    private byte[] SigningKey(string day)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey);
        foreach (var part in (ReadOnlySpan<string>)[day, region, "lambda", "aws4_request"]) key = Hmac(key, part);
        return key;
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
