using Hearth.Node.Workers;

namespace Hearth.Node.RuntimeApi;

/// <summary>
/// What a runtime says behind a streamed response when the function has failed in its middle: the error's type, and the error as
/// base64 of the JSON that <c>/error</c> would have had.
/// </summary>
internal static class ErrorTrailers
{
    private const string TypeTrailer = "Lambda-Runtime-Function-Error-Type";
    private const string BodyTrailer = "Lambda-Runtime-Function-Error-Body";

    /// <summary>The error's JSON; null where there is none. To be read after the body.</summary>
    public static byte[]? Read(HttpRequest request)
    {
        if (!request.CheckTrailersAvailable())
            return null;
        var type = request.GetTrailer(TypeTrailer).ToString();
        var encoded = request.GetTrailer(BodyTrailer).ToString();
        if (type.Length == 0 && encoded.Length == 0)
            return null;

        var body = new byte[encoded.Length];
        return encoded.Length > 0 && Convert.TryFromBase64String(encoded, body, out var written)
            ? body[..written]
            : PlatformErrors.Body(type.Length > 0 ? type : "Runtime.Unknown", "The function failed in the middle of its response.");
    }
}
