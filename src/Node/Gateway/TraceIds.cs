using System.Security.Cryptography;

namespace Hearth.Node.Gateway;

/// <summary>The X-Ray trace header of an invocation: the caller's, else a new one that is not sampled.</summary>
/// <remarks>Source: X-Ray developer guide, "Tracing header": 1-8 hex digits of epoch seconds-24 hex digits.</remarks>
internal static class TraceIds
{
    private const string Header = "X-Amzn-Trace-Id";

    public static string Of(HttpContext context)
    {
        if (context.Request.Headers[Header].ToString() is { Length: > 0 and <= 512 } given && Ascii.IsPrintable(given))
            return given;

        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        Span<byte> random = stackalloc byte[20];
        RandomNumberGenerator.Fill(random);
        return $"Root=1-{time.GetUtcNow().ToUnixTimeSeconds():x8}-{Convert.ToHexStringLower(random[..12])};Parent={Convert.ToHexStringLower(random[12..])};Sampled=0";
    }

    private static class Ascii
    {
        public static bool IsPrintable(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;
    }
}
