using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Contract;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class ProvidedOnContainersTests(ContainerNode node) : ProvidedSuite(node);

[Collection(OnProcesses.Name)]
public sealed class ProvidedOnProcessesTests(ProcessNode node) : ProvidedSuite(node);

/// <summary>Runtimes that a function brings along, and ones it fails to bring.</summary>
public abstract class ProvidedSuite(SharedNode shared)
{
    private const string ShellBootstrap = """
        #!/bin/sh
        api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
        while true; do
          headers=$(mktemp)
          event=$(curl -sS -D "$headers" "$api/invocation/next") || exit 1
          id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//ip' "$headers" | tr -d '\r')
          rm "$headers"
          echo "handling $id"
          printf '{"shell": %s}' "$event" | curl -sS -o /dev/null --data-binary @- "$api/invocation/$id/response"
        done
        """;

    private Node Node { get; } = shared.Node;

    /// <summary>A bootstrap in Python on plain HTTP; answers with the value of an expression over <c>event</c> and <c>headers</c>.</summary>
    public static string PythonBootstrap(string expression) => $"""
        #!/usr/bin/python3
        import http.client, json, os
        api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        while True:
            api.request("GET", "/2018-06-01/runtime/invocation/next")
            reply = api.getresponse()
            event, headers = json.loads(reply.read()), reply.headers
            body = json.dumps({expression}).encode()
            api.request("POST", "/2018-06-01/runtime/invocation/" + headers["Lambda-Runtime-Aws-Request-Id"] + "/response", body)
            reply = api.getresponse()
            assert reply.status == 202, reply.status
            assert json.loads(reply.read())["status"] == "OK"
        """;

    [SuiteTheory]
    [InlineData("provided.al2023")]
    [InlineData("provided.al2")]
    public async Task A_bootstrap_in_shell_serves_invocations(string runtime)
    {
        var function = await Node.CreateAsync(Source.Provided(ShellBootstrap), request => request with { Runtime = runtime, Timeout = 30 });
        for (var call = 0; call < 3; call++)
        {
            var answer = (await function.InvokeTailedAsync($"[{call}]")).AssertSucceeded();
            Assert.Equal($$"""{"shell": [{{call}}]}""", answer.Text);
            Assert.Contains($"handling {answer.RequestId}", answer.LogTail);
        }
    }

    [SuiteFact]
    public async Task The_runtime_api_gives_every_header_of_an_invocation()
    {
        var function = await Node.CreateAsync(Source.Provided(PythonBootstrap("[dict(headers.items()), __import__('time').time() * 1000]")), request => request with { Timeout = 7 });
        var answer = await function.InvokeAsync(
            "{}",
            ("X-Amz-Client-Context", Convert.ToBase64String("""{"custom":{"a":1}}"""u8)),
            ("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"));
        var json = answer.AssertSucceeded().Json;
        var (headers, now) = (json[0], json[1].GetDouble());
        Assert.Equal(answer.RequestId, headers.GetProperty("Lambda-Runtime-Aws-Request-Id").GetString());
        Assert.Equal($"arn:aws:lambda:us-east-1:000000000000:function:{function.Name}", headers.GetProperty("Lambda-Runtime-Invoked-Function-Arn").GetString());
        Assert.Equal("""{"custom":{"a":1}}""", headers.GetProperty("Lambda-Runtime-Client-Context").GetString());
        Assert.StartsWith("Root=1-5759e988-bd862e3fe1be46a994272793", headers.GetProperty("Lambda-Runtime-Trace-Id").GetString());
        Assert.Equal("application/json", headers.GetProperty("Content-Type").GetString());
        Assert.InRange(long.Parse(headers.GetProperty("Lambda-Runtime-Deadline-Ms").GetString()!) - now, 0, 7_000);
    }

    [SuiteFact]
    public async Task An_error_that_a_runtime_reports_reaches_the_caller_as_it_is()
    {
        var function = await Node.CreateAsync(Source.Provided("""
            #!/bin/sh
            api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
            while true; do
              id=$(curl -sS -D - -o /dev/null "$api/invocation/next" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//ip' | tr -d '\r')
              curl -sS -o /dev/null -H 'Lambda-Runtime-Function-Error-Type: My.Error' -d '{"errorType":"My.Error","errorMessage":"no","extra":[1]}' "$api/invocation/$id/error"
            done
            """), request => request with { Timeout = 30 });
        Assert.Equal("""{"errorType":"My.Error","errorMessage":"no","extra":[1]}""", (await function.InvokeAsync()).AssertFailed("My.Error").Text);
        Assert.Equal("""{"errorType":"My.Error","errorMessage":"no","extra":[1]}""", (await function.InvokeAsync()).AssertFailed("My.Error").Text);
    }

    [SuiteFact]
    public async Task An_init_error_that_a_runtime_reports_reaches_the_caller()
    {
        var function = await Node.CreateAsync(Source.Provided("""
            #!/bin/sh
            curl -sS -H 'Lambda-Runtime-Function-Error-Type: My.Init' -d '{"errorType":"My.Init","errorMessage":"not today"}' \
              "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error"
            exit 1
            """), request => request with { Timeout = 30 });
        Assert.Equal("not today", (await function.InvokeAsync()).AssertFailed("My.Init").FunctionErrorMessage);
        Assert.Equal("not today", (await function.InvokeAsync()).AssertFailed("My.Init").FunctionErrorMessage);
    }

    [SuiteFact]
    public async Task A_package_without_a_bootstrap_says_so()
    {
        var function = await Node.CreateAsync(Source.Echo with { Runtime = Source.ProvidedRuntime });
        var failed = (await function.InvokeTailedAsync()).AssertFailed("Runtime.InvalidEntrypoint");
        Assert.Equal($"RequestId: {failed.RequestId} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]", failed.FunctionErrorMessage);
        var log = string.Join('\n', (await function.LogAsync()).Select(line => line.Message));
        Assert.Contains("Runtime.InvalidEntrypoint", log);
    }

    [SuiteFact]
    public async Task A_bootstrap_that_is_not_executable_is_refused_by_the_system()
    {
        var function = await Node.CreateAsync(new Source(Source.ProvidedRuntime, "x", [new SourceFile("bootstrap", ShellBootstrap)]));
        var failed = (await function.InvokeAsync()).AssertFailed("Runtime.InvalidEntrypoint");
        Assert.Equal($"RequestId: {failed.RequestId} Error: fork/exec /var/task/bootstrap: permission denied", failed.FunctionErrorMessage);
    }

    [SuiteFact]
    public async Task A_bootstrap_that_ends_at_once_is_an_exit_error_with_its_status()
    {
        var function = await Node.CreateAsync(Source.Provided("#!/bin/sh\necho going; exit 127"));
        var failed = (await function.InvokeTailedAsync()).AssertFailed("Runtime.ExitError");
        Assert.Equal($"RequestId: {failed.RequestId} Error: Runtime exited with error: exit status 127", failed.FunctionErrorMessage);
        var clean = await Node.CreateAsync(Source.Provided("#!/bin/sh\nexit 0"));
        failed = (await clean.InvokeAsync()).AssertFailed("Runtime.ExitError");
        Assert.Equal($"RequestId: {failed.RequestId} Error: Runtime exited without providing a reason", failed.FunctionErrorMessage);
    }

    [SuiteFact]
    public async Task A_bootstrap_whose_interpreter_is_missing_is_refused_by_the_system()
    {
        var function = await Node.CreateAsync(Source.Provided("#!/no/such/interpreter -x\n"));
        var failed = (await function.InvokeAsync()).AssertFailed("Runtime.InvalidEntrypoint");
        Assert.Equal($"RequestId: {failed.RequestId} Error: fork/exec /var/task/bootstrap: no such file or directory", failed.FunctionErrorMessage);
    }
}
