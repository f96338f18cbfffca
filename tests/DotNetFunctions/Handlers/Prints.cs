using System.Diagnostics;
using Amazon.Lambda.Core;

namespace Handlers;

public class Prints
{
    public void ConsoleLines()
    {
        Console.WriteLine("out é");
        Console.Error.WriteLine("err");
        Console.WriteLine("{0} and {1}", 1, 2);
        Console.WriteLine(3);
        Console.WriteLine("two\nlines");
        Console.Write("open");
    }

    public void Logger(ILambdaContext context)
    {
        context.Logger.Log("as it is\n");
        context.Logger.LogLine("line");
        context.Logger.Log(LogLevel.Critical, "critical");
        context.Logger.Log("Special", "level");
        context.Logger.LogDebug("hidden");
        context.Logger.LogWarning("{count:000} of {{user}} {name}", 7, "Ann");
        context.Logger.LogError(new OrderException("bad"), "failed");
    }

    public void StaticLogger()
    {
        LambdaLogger.Log("static");
        LambdaLogger.Log(LogLevel.Warning, "{n} left", 2);
    }

    public void Child()
    {
        Console.Write("before\n");
        using var child = Process.Start("/bin/echo", "child");
        child.WaitForExit();
        Console.Write("after\n");
    }
}
