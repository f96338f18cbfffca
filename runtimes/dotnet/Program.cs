namespace Hearth.Runtimes.DotNet;

/// <summary>
/// Hearth's .NET runtime. (1) Where it was started blank, it waits to be told which function it is for. (2) It loads
/// the handler. (3) It serves invocations until the node hangs up.
/// </summary>
internal static class Program
{
    private static int Main()
    {
        if (!Assignment.Take())
            return 0; // the node no longer needs a blank one
        MemoryLimit.Follow();
        var handler = Environment.GetEnvironmentVariable("_HANDLER") ?? "";
        var task = Environment.GetEnvironmentVariable("LAMBDA_TASK_ROOT") ?? Environment.CurrentDirectory;
        return handler.Contains(':') ? Serve(handler, task) : Executable.Run(handler, task);
    }

    private static int Serve(string handler, string task)
    {
        FunctionLog.Open();
        try
        {
            using var api = new RuntimeApi(Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API") ?? "");
            if (Initialise(api, handler, task) is not { } loaded)
                return 1;
            new InvocationLoop(api, loaded).Run();
        }
        catch (HungUpException)
        {
            Environment.Exit(0); // Threads of the function must not keep a process whose node is gone.
        }
        catch (RuntimeApiException e)
        {
            Console.Error.WriteLine(e.Message);
            Environment.Exit(1);
        }

        return 0;
    }

    private static Handler? Initialise(RuntimeApi api, string handler, string task)
    {
        try
        {
            return HandlerLoader.Load(HandlerName.Parse(handler), task);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            api.Post("init/error", Fault.Write(e), Fault.TypeOf(e), thenNext: false);
            return null;
        }
    }
}
