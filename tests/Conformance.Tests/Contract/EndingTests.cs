using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Contract;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class EndingsOnContainersTests(ContainerNode node) : EndingSuite(node);

[Collection(OnProcesses.Name)]
public sealed class EndingsOnProcessesTests(ProcessNode node) : EndingSuite(node);

/// <summary>Runtimes that end or are ended: while loading, by exit, by timeout.</summary>
public abstract class EndingSuite(SharedNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task A_rejection_that_nobody_handles_fails_the_invocation_and_the_next_starts_anew()
    {
        var function = await Node.CreateAsync(Source.NodeJs("""
            let count = 0;
            exports.handler = (event) => {
              count++;
              if (event.reject) { Promise.reject(new Error('left alone')); return new Promise(() => setTimeout(() => {}, 2000)); }
              return Promise.resolve(count);
            };
            """));
        Assert.Equal("1", (await function.InvokeAsync()).AssertSucceeded().Text);
        var failed = (await function.InvokeAsync("""{"reject": true}""")).AssertFailed("Runtime.UnhandledPromiseRejection");
        Assert.Contains("left alone", failed.FunctionErrorMessage);
        Assert.Equal("1", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task An_error_while_loading_is_what_every_invocation_gets(string language)
    {
        var function = await Node.CreateAsync(Languages.Pick(
            language, "raise ValueError('no config')", "throw new TypeError('no config');"));
        for (var call = 0; call < 2; call++)
        {
            var failed = (await function.InvokeAsync()).AssertFailed(language == Languages.Python ? "ValueError" : "TypeError");
            Assert.Equal("no config", failed.FunctionErrorMessage);
            if (language == Languages.Python)
                Assert.Equal("", failed.Json.GetProperty("requestId").GetString());
        }

        var log = string.Join('\n', (await function.LogAsync()).Select(line => line.Message));
        Assert.Contains("INIT_REPORT Init Duration: ", log);
        Assert.Contains("Phase: init\tStatus: error\tError Type: ", log);
    }

    [SuiteTheory]
    [InlineData(Languages.Python, "import sys; sys.exit(0)", "process.exit(0)", "Runtime exited without providing a reason")]
    [InlineData(Languages.Python, "import os; os._exit(3)", "", "Runtime exited with error: exit status 3")]
    [InlineData(Languages.Python, "import os; os.kill(os.getpid(), 9)", "", "Runtime exited with error: signal: killed")]
    [InlineData(Languages.NodeJs, "", "process.exit(0)", "Runtime exited without providing a reason")]
    [InlineData(Languages.NodeJs, "", "process.exit(127)", "Runtime exited with error: exit status 127")]
    public async Task A_runtime_that_exits_is_an_exit_error_and_the_next_call_works(string language, string python, string nodeJs, string reason)
    {
        var function = await Node.CreateAsync(Languages.Pick(
            language,
            $"def handler(event, context):\n    if not event: return 'fine'\n    {python}",
            $"exports.handler = async (event) => {{ if (!event.exit) return 'fine'; {nodeJs}; }};"));
        var failed = (await function.InvokeTailedAsync("""{"exit": true}""")).AssertFailed("Runtime.ExitError");
        Assert.Equal(["errorType", "errorMessage"], failed.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal($"RequestId: {failed.RequestId} Error: {reason}", failed.FunctionErrorMessage);
        Assert.Contains($"RequestId: {failed.RequestId} Error: {reason}\nRuntime.ExitError\nEND RequestId: {failed.RequestId}\n", failed.LogTail);
        Assert.Equal("\"fine\"", (await function.InvokeAsync()).AssertSucceeded().Text);
    }

    [SuiteTheory]
    [InlineData(Languages.Python)]
    [InlineData(Languages.NodeJs)]
    public async Task After_a_timeout_globals_are_lost_and_tmp_is_kept(string language)
    {
        var function = await Node.CreateAsync(
            Languages.Pick(
                language,
                """
                import os, tempfile, time
                count, note = 0, os.path.join(tempfile.gettempdir(), "note")
                def handler(event, context):
                    global count
                    count += 1
                    if "note" in event:
                        open(note, "w").write(event["note"])
                    if "sleep" in event:
                        time.sleep(60)
                    return [count, open(note).read()]
                """,
                """
                const fs = require('fs'), note = require('os').tmpdir() + '/note';
                let count = 0;
                exports.handler = async (event) => {
                  count++;
                  if (event.note) fs.writeFileSync(note, event.note);
                  if (event.sleep) await new Promise(done => setTimeout(done, 60000));
                  return [count, fs.readFileSync(note, 'utf8')];
                };
                """),
            request => request with { Timeout = 1 });
        (await function.InvokeAsync("""{"note": "first"}""")).AssertSucceeded();
        var failed = (await function.InvokeTailedAsync("""{"note": "kept", "sleep": true}""")).AssertFailed("Sandbox.Timedout");
        Assert.Equal($$"""{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: {{failed.RequestId}} Error: Task timed out after 1.00 seconds"}""", failed.Text);
        Assert.Matches($@"\d{{4}}-\d\d-\d\dT[\d:.]+Z {failed.RequestId} Task timed out after 1\.00 seconds\n", failed.LogTail);
        Assert.Matches($@"REPORT RequestId: {failed.RequestId}\tDuration: [\d.]+ ms\t.*Status: timeout", failed.LogTail);

        var next = (await function.InvokeAsync()).AssertSucceeded().Json;
        Assert.Equal(1, next[0].GetInt32());
        Assert.Equal("kept", next[1].GetString());
        Assert.Single(await function.EnvironmentsAsync());
    }

    [SuiteFact]
    public async Task An_init_that_takes_too_long_is_tried_again_under_the_functions_own_timeout()
    {
        var function = await Node.CreateAsync(
            Source.Python("""
                import os, tempfile, time
                marker = os.path.join(tempfile.gettempdir(), "second")
                if not os.path.exists(marker):
                    open(marker, "w").close()
                    time.sleep(60)
                def handler(event, context): return "at last"
                """),
            request => request with { Timeout = 20 });
        Assert.Equal("\"at last\"", (await function.InvokeAsync()).AssertSucceeded().Text);
        Assert.Contains(await function.LogAsync(), line => line.Message.Contains("Phase: init\tStatus: timeout", StringComparison.Ordinal));
    }
}
