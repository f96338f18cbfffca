using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts.Api;

namespace Conformance.Tests.Contract;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class SurroundingsOnContainersTests(ContainerNode node) : SurroundingsSuite(node);

[Collection(OnProcesses.Name)]
public sealed class SurroundingsOnProcessesTests(ProcessNode node) : SurroundingsSuite(node);

/// <summary>What a function finds around it: variables, folders, what it kept from before.</summary>
public abstract class SurroundingsSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task Every_variable_of_the_runtime_is_set_and_the_owners_too(string language)
    {
        var function = await Node.CreateAsync(
            Languages.Pick(
                language,
                "import os\ndef handler(event, context): return dict(os.environ)",
                "exports.handler = async () => process.env"),
            request => request with { Environment = new EnvironmentSettings(new Dictionary<string, string> { ["GREETING"] = "hé llo ☃", ["TZ"] = "Europe/Berlin" }) });
        var seen = (await function.InvokeAsync()).AssertSucceeded().Json;
        string Variable(string name) => seen.GetProperty(name).GetString()!;

        Assert.Equal("hé llo ☃", Variable("GREETING"));
        Assert.Equal("Europe/Berlin", Variable("TZ"));
        Assert.Equal(language == Languages.Python ? "app.handler" : "index.handler", Variable("_HANDLER"));
        Assert.Equal(function.Name, Variable("AWS_LAMBDA_FUNCTION_NAME"));
        Assert.Equal("$LATEST", Variable("AWS_LAMBDA_FUNCTION_VERSION"));
        Assert.Equal("128", Variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
        Assert.Equal($"/aws/lambda/{function.Name}", Variable("AWS_LAMBDA_LOG_GROUP_NAME"));
        Assert.Contains("[$LATEST]", Variable("AWS_LAMBDA_LOG_STREAM_NAME"));
        Assert.Equal("on-demand", Variable("AWS_LAMBDA_INITIALIZATION_TYPE"));
        Assert.Equal($"AWS_Lambda_{(language == Languages.Python ? Source.PythonRuntime : Source.NodeRuntime)}", Variable("AWS_EXECUTION_ENV"));
        Assert.Equal("us-east-1", Variable("AWS_REGION"));
        Assert.Equal("us-east-1", Variable("AWS_DEFAULT_REGION"));
        Assert.StartsWith("Root=1-", Variable("_X_AMZN_TRACE_ID"));
        Assert.Equal("LOG_ERROR", Variable("AWS_XRAY_CONTEXT_MISSING"));
        Assert.All(
            ["AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PATH", "LANG"],
            name => Assert.NotEmpty(Variable(name)));
        Assert.DoesNotContain(seen.EnumerateObject(), variable => variable.Name.StartsWith("DOTNET_", StringComparison.Ordinal));
    }

    [SuiteFact]
    public async Task A_provided_function_has_no_execution_environment_variable_and_the_time_zone_is_utc()
    {
        var function = await Node.CreateAsync(Source.Provided(ProvidedSuite.PythonBootstrap("dict(os.environ)")));
        var seen = (await function.InvokeAsync()).AssertSucceeded().Json;
        Assert.False(seen.TryGetProperty("AWS_EXECUTION_ENV", out _));
        Assert.Equal(":UTC", seen.GetProperty("TZ").GetString());
        Assert.Equal("function.handler", seen.GetProperty("_HANDLER").GetString());
    }

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task The_working_directory_is_the_package_and_tmp_can_be_written(string language)
    {
        var function = await Node.CreateAsync(Languages.Pick(
            language,
            """
            import os, tempfile
            def handler(event, context):
                with tempfile.NamedTemporaryFile("w+") as file:
                    file.write("kept")
                    file.seek(0)
                    return [os.getcwd() == os.environ["LAMBDA_TASK_ROOT"], open("data.txt").read(), file.read()]
            """,
            """
            const fs = require('fs'), os = require('os'), path = require('path');
            exports.handler = async () => {
              const file = path.join(os.tmpdir(), 'note');
              fs.writeFileSync(file, 'kept');
              return [process.cwd() === process.env.LAMBDA_TASK_ROOT, fs.readFileSync('data.txt', 'utf8'), fs.readFileSync(file, 'utf8')];
            };
            """).With("data.txt", "from the package"));
        Assert.Equal("""[true,"from the package","kept"]""", (await function.InvokeAsync()).AssertSucceeded().Text.Replace(", ", ","));
    }

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task Globals_live_from_one_invocation_to_the_next(string language)
    {
        var function = await Node.CreateAsync(Languages.Pick(
            language,
            """
            count = 0
            def handler(event, context):
                global count
                count += 1
                return count
            """,
            "let count = 0; exports.handler = async () => ++count;"));
        for (var call = 1; call <= 5; call++)
            Assert.Equal($"{call}", (await function.InvokeAsync()).AssertSucceeded().Text);
        var only = Assert.Single(await function.EnvironmentsAsync());
        Assert.Equal(5, only.Invocations);
    }
}
