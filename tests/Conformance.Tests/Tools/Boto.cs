using System.Text.Json;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Tools;

/// <summary>AWS's SDK for Python, pointed at a node.</summary>
internal static class Boto
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Runs statements that find a client as <c>client</c> and the arguments as <c>args</c>; what they assign to <c>result</c> is returned.</summary>
    public static async Task<JsonElement> RunAsync(Node node, string statements, params string[] arguments)
    {
        var printed = await Command.RunAsync(Python, ["-c", Prelude + statements + "\nprint(json.dumps(result))", node.Address.ToString(), .. arguments]);
        return JsonDocument.Parse(printed).RootElement;
    }

    private const string Prelude = """
        import base64, io, json, sys, zipfile
        import boto3, botocore.config, botocore.exceptions

        client = boto3.client("lambda", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="hearth", aws_secret_access_key="hearth",
                              config=botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=120))
        args = sys.argv[2:]

        def refusal(call, **parameters):
            try:
                call(**parameters)
            except botocore.exceptions.ClientError as error:
                return [type(error).__name__, error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]]
            return None

        def package(code):
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("app.py", code)
            return file.getvalue()


        """;
}
