using Hearth.Contracts.Environments;
using Hearth.Contracts.Functions;
using Hearth.Contracts.Identity;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Support;

/// <summary>Values that many tests need and none of them is about.</summary>
internal static class Samples
{
    public static readonly FunctionSettings Settings = new(
        "python3.11", "app.handler", "arn:aws:iam::000000000000:role/any", "", 3, 128, 512, "x86_64", null, "PassThrough", "/aws/lambda/hello");

    public static readonly CodeReference Code = new("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", 321);

    public static readonly CodeReference OtherCode = new("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", 654);

    public static readonly DateTimeOffset Time = new(2026, 11, 2, 10, 0, 0, TimeSpan.Zero);

    public static readonly StartPhases Start = new(Blank: false, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(40));

    public static EnvironmentId Environment(int number) => new($"e{number}");

    public static EnvironmentSpec Spec(string function = "hello", FunctionSettings? settings = null) => new(
        function, Partition.Default.FunctionArn(function), FunctionReference.Latest, "d1", settings ?? Settings, Code);

    public static Lease Lease(EnvironmentId environment, string requestId = "r1") =>
        new(environment, "node", requestId, FunctionReference.Latest, Time + TimeSpan.FromSeconds(63));
}
