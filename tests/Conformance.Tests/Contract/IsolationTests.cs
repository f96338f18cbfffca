using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Contract;

/// <summary>What a container keeps from a function, and what it holds it to.</summary>
[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class IsolationTests(ContainerNode shared)
{
    private Node Node { get; } = shared.Node;

    [SuiteFact]
    public async Task The_package_is_at_var_task_which_no_function_can_write()
    {
        var function = await Node.CreateAsync(Source.Python("""
            import os
            def handler(event, context):
                refused = []
                for path in "/var/task/new", "/var/task/app.py", "/usr/new", "/etc/new", "/new":
                    try:
                        open(path, "a")
                    except OSError as error:
                        refused.append(path)
                return {"cwd": os.getcwd(), "root": os.environ["LAMBDA_TASK_ROOT"], "owner": os.stat("/var/task").st_uid, "refused": refused, "me": os.getuid()}
            """));
        var seen = (await function.InvokeAsync()).AssertSucceeded().Json;
        Assert.Equal("/var/task", seen.GetProperty("cwd").GetString());
        Assert.Equal("/var/task", seen.GetProperty("root").GetString());
        Assert.Equal(5, seen.GetProperty("refused").GetArrayLength());
        Assert.NotEqual(0, seen.GetProperty("me").GetInt32());
        Assert.NotEqual(seen.GetProperty("owner").GetInt32(), seen.GetProperty("me").GetInt32());
    }

    [SuiteFact]
    public async Task A_function_sees_its_own_processes_alone_and_no_network_but_its_own()
    {
        var function = await Node.CreateAsync(Source.Python("""
            import os, socket
            def handler(event, context):
                processes = [name for name in os.listdir("/proc") if name.isdigit()]
                with socket.socket() as client:
                    client.settimeout(5)
                    reached = client.connect_ex(("127.0.0.1", event["port"])) == 0
                return {"processes": len(processes), "reached": reached}
            """));
        var seen = (await function.InvokeAsync($$"""{"port": {{Node.Address.Port}}}""")).AssertSucceeded().Json;
        Assert.Equal(2, seen.GetProperty("processes").GetInt32()); // The container's first process and the runtime.
        Assert.False(seen.GetProperty("reached").GetBoolean());
    }

    [SuiteFact]
    public async Task A_function_that_needs_more_than_its_memory_is_killed_and_the_next_call_works()
    {
        var function = await Node.CreateAsync(Source.Python("""
            import os
            def handler(event, context):
                return len(b"x" * event * 1048576)
            """), request => request with { Timeout = 60 });
        var failed = (await function.InvokeTailedAsync("300")).AssertFailed("Runtime.ExitError");
        Assert.Equal($"RequestId: {failed.RequestId} Error: Runtime exited with error: signal: killed", failed.FunctionErrorMessage);
        Assert.Contains("Status: error\tError Type: Runtime.OutOfMemory", failed.LogTail);
        Assert.Equal("1048576", (await function.InvokeAsync("1")).AssertSucceeded().Text);
    }

    [SuiteFact]
    public async Task Tmp_holds_as_much_as_configured_and_no_more()
    {
        var function = await Node.CreateAsync(
            Source.Python("""
                def handler(event, context):
                    written = 0
                    try:
                        with open("/tmp/big", "wb", buffering=0) as file:
                            while written < 700:
                                written += file.write(b"x" * 1048576) // 1048576
                    except OSError as error:
                        return [written, error.errno]
                """),
            request => request with { MemorySize = 1024, Timeout = 60 });
        var answer = (await function.InvokeAsync()).AssertSucceeded().Json;
        Assert.InRange(answer[0].GetInt32(), 500, 527);
        Assert.Equal(28, answer[1].GetInt32());
    }
}
