using System.Text.Json;

namespace Hearth.Runtimes.DotNet;

/// <summary>What a caller's mobile SDK told about itself, as objects of the package's own interfaces.</summary>
internal static class CallerShapes
{
    /// <param name="type">The package's own <c>ICognitoIdentity</c>.</param>
    public static object Identity(Type type, string? json)
    {
        var fields = Parse(json);
        return Shape.Create(type, (method, _) => method.Name switch
        {
            "get_IdentityId" => Text(fields, "cognitoIdentityId"),
            "get_IdentityPoolId" => Text(fields, "cognitoIdentityPoolId"),
            _ => Shape.Unknown,
        });
    }

    /// <param name="type">The package's own <c>IClientContext</c>.</param>
    public static object ClientContext(Type type, string? json)
    {
        var fields = Parse(json);
        return Shape.Create(type, (method, _) => method.Name switch
        {
            "get_Client" => Member(fields, "client") is { } client ? Client(method.ReturnType, client) : null,
            "get_Custom" => Texts(fields, "custom"),
            "get_Environment" => Texts(fields, "env"),
            _ => Shape.Unknown,
        });
    }

    private static object Client(Type type, JsonElement client) => Shape.Create(type, (method, _) => method.Name switch
    {
        "get_InstallationId" => Text(client, "installation_id"),
        "get_AppTitle" => Text(client, "app_title"),
        "get_AppVersionName" => Text(client, "app_version_name"),
        "get_AppVersionCode" => Text(client, "app_version_code"),
        "get_AppPackageName" => Text(client, "app_package_name"),
        _ => Shape.Unknown,
    });

    private static JsonElement? Parse(string? json) => string.IsNullOrWhiteSpace(json) ? null : JsonElement.Parse(json);

    private static JsonElement? Member(JsonElement? of, string name) =>
        of is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement? of, string name) => Member(of, name)?.ToString();

    private static Dictionary<string, string>? Texts(JsonElement? of, string name) =>
        Member(of, name)?.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ToString());
}
