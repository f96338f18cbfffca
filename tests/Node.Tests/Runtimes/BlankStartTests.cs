namespace Hearth.Node.Tests.Runtimes;

/// <summary>Bootstraps that are started before it is known which function they run. Java's and .NET's have tests of their own as well.</summary>
public sealed class BlankStartTests
{
    private const string Python = """
        import json, logging, os, sys
        logging.getLogger().setLevel("INFO")
        calls = 0
        def handler(event, context):
            global calls
            calls += 1
            logging.info("logged")
            return [os.environ["OWN"], os.path.samefile(os.getcwd(), os.environ["LAMBDA_TASK_ROOT"]), "HEARTH_ASSIGNMENT_FD" in os.environ, context.function_name, context.memory_limit_in_mb, event, calls]
        """;

    private const string Node = """
        let calls = 0;
        exports.handler = async (event, context) => {
          console.log('logged');
          const fs = require('fs');
          return [process.env.OWN, fs.realpathSync(process.cwd()) === fs.realpathSync(process.env.LAMBDA_TASK_ROOT), 'HEARTH_ASSIGNMENT_FD' in process.env,
            context.functionName, context.memoryLimitInMB, event, ++calls];
        };
        """;

    public static TheoryData<string, string, string, string> Functions => new()
    {
        { "python", "app.handler", "app.py", Python },
        { "nodejs", "index.handler", "index.js", Node },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task It_waits_and_then_serves_its_function_as_one_started_for_it(string family, string handler, string file, string source)
    {
        await using var run = await BootstrapRun.StartBlankAsync(family);
        Assert.Equal("", run.Output);

        await run.AssignAsync(handler, [(file, source)], ("OWN", "a=é"));

        foreach (var call in (int[])[1, 2])
        {
            var outcome = await run.InvokeAsync("[1]");
            Assert.Equal(("response", $"""["a=é",true,false,"hello","256",[1],{call}]"""), (outcome.Kind, Normal(outcome.Body)));
            Assert.EndsWith("logged\n", outcome.Log);
            Assert.Contains(BootstrapRun.RequestId, outcome.Log);
        }
    }

    [Theory]
    [InlineData("python", "app.handler", "app.py", "import nothing_of_that_name", "Runtime.ImportModuleError")]
    [InlineData("nodejs", "index.handler", "index.js", "require('nothing-of-that-name')", "Runtime.ImportModuleError")]
    [InlineData("nodejs", "index.handler", "index.js", "exports.other = 1", "Runtime.HandlerNotFound")]
    public async Task A_function_that_cannot_be_loaded_is_reported_as_in_an_ordinary_start(string family, string handler, string file, string source, string type)
    {
        await using var run = await BootstrapRun.StartBlankAsync(family);
        await run.AssignAsync(handler, [(file, source)]);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", type), (outcome.Kind, outcome.Type));
    }

    [Theory]
    [InlineData("python")]
    [InlineData("nodejs")]
    public async Task Without_an_assignment_it_ends_quietly(string family)
    {
        await using var run = await BootstrapRun.StartBlankAsync(family);
        run.DropAssignment();
        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task A_rehearsal_leaves_no_trace_in_a_Node_js_function()
    {
        await using var run = await BootstrapRun.StartBlankAsync("nodejs");
        await run.AssignAsync("index.handler", [("index.mjs", """
            export const handler = async () => [process._getActiveHandles().length, Object.keys(process.env).includes('_X_AMZN_TRACE_ID'), process.listenerCount('uncaughtException')];
            """)]);

        Assert.Equal("[0,false,1]", (await run.InvokeAsync()).Body);
    }

    private static string Normal(string json) => System.Text.RegularExpressions.Regex.Replace(json, @"\\u[0-9a-f]{4}", match => System.Text.RegularExpressions.Regex.Unescape(match.Value)).Replace(", ", ",");
}
