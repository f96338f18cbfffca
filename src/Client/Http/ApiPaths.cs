namespace Hearth.Client.Http;

/// <summary>The Lambda API's paths, each under the date its operations were published with.</summary>
internal static class ApiPaths
{
    public const string Functions = "/2015-03-31/functions";
    public const string AccountSettings = "/2016-08-19/account-settings";

    public static string Function(string function) => $"{Functions}/{Escape(function)}";

    public static string ResponseStream(string function) => $"/2021-11-15/functions/{Escape(function)}/response-streaming-invocations";

    /// <summary>A name or an ARN as one path segment.</summary>
    public static string Escape(string function)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(function);
        return Uri.EscapeDataString(function);
    }
}
