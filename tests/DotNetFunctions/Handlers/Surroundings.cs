using System.Diagnostics;
using Amazon.Lambda.Core;

namespace Handlers;

/// <summary>Handlers that tell or use what is around them.</summary>
public class Surroundings
{
    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    public string Folder() => Environment.CurrentDirectory;

    public long HeapLimit() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public string? TypeByName(string name) => Type.GetType(name)?.FullName;

    public string Repeat(int count) => new('x', count);

    public string? VariableOfAChild(string name)
    {
        using var child = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"printf %s \"${name}\""]) { RedirectStandardOutput = true })!;
        return child.StandardOutput.ReadToEnd();
    }

    public object?[] Context(ILambdaContext c) =>
    [
        c.FunctionName, c.FunctionVersion, c.MemoryLimitInMB, c.LogGroupName, c.LogStreamName, c.AwsRequestId, c.InvokedFunctionArn, c.TraceId,
        c.LaterMember, c.ClientContext.Custom?["k"], c.ClientContext.Environment?["e"], c.ClientContext.Client?.InstallationId,
        c.ClientContext.Client?.AppTitle, c.ClientContext.Client?.AppVersionCode, c.Identity.IdentityId, c.Identity.IdentityPoolId,
    ];

    public double Remaining(ILambdaContext context) => context.RemainingTime.TotalSeconds;
}
