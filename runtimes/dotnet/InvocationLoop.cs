namespace Hearth.Runtimes.DotNet;

/// <summary>Asks for invocations and answers them, one at a time, on the thread that called it.</summary>
internal sealed class InvocationLoop(RuntimeApi api, Handler handler)
{
    private const string TraceVariable = "_X_AMZN_TRACE_ID";

    public void Run()
    {
        api.AskNext();
        while (true)
        {
            var next = api.Read();
            if (next.Status != 200)
                throw new RuntimeApiException($"The Runtime API answered {next.Status} to next.");
            Answer(new Invocation(next.Headers), next.Body);
        }
    }

    private void Answer(Invocation invocation, byte[] body)
    {
        FunctionLog.RequestId = invocation.RequestId;
        Environment.SetEnvironmentVariable(TraceVariable, invocation.TraceId);
        ArraySegment<byte> outcome;
        try
        {
            outcome = handler.Invoke(new MemoryStream(body, writable: false), invocation);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            api.Post($"invocation/{invocation.RequestId}/error", Fault.Write(e), Fault.TypeOf(e));
            return;
        }

        // Everything printed is in the pipe by now: the log's writers keep nothing back.
        api.Post($"invocation/{invocation.RequestId}/response", outcome);
    }
}
