using System.Text.Json.Nodes;
using Conformance.Tests.Functions;

namespace Conformance.Tests.BadInput;

/// <summary>A request to create a function that nothing is wrong with, to be spoilt.</summary>
internal static class CreateRequest
{
    public static JsonObject Json(string name) => new()
    {
        ["FunctionName"] = name,
        ["Runtime"] = Source.PythonRuntime,
        ["Handler"] = "app.handler",
        ["Role"] = Source.Role,
        ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Source.Echo.Zip()) },
    };
}
