namespace Hearth.Runtimes.DotNet;

/// <summary>
/// What a blank process does while nobody waits for it: the way of a first invocation, walked with a handler of its own,
/// so that what it loads and compiles is there when an assignment comes.
/// </summary>
internal static class WarmUp
{
    public static void Run()
    {
        var own = typeof(WarmUp).Assembly.Location;
        var name = new HandlerName(Path.GetFileNameWithoutExtension(own), typeof(Sample).FullName!, nameof(Sample.Greet));
        var handler = HandlerLoader.Load(name, Path.GetDirectoryName(own)!);
        var invocation = new Invocation(new Dictionary<string, string> { ["lambda-runtime-aws-request-id"] = "" });
        _ = handler.Invoke(new MemoryStream("""{"name":"é","numbers":[1]}"""u8.ToArray()), invocation);
        _ = Fault.Write(new InvalidOperationException());
        _ = ((ISample)Shape.Create(typeof(ISample), (_, _) => 1)).Number;
        _ = FunctionLog.Format(null, "");
    }

    internal interface ISample
    {
        int Number { get; }
    }

    internal static class Sample
    {
        public static async Task<JsonWarmUp.Greeting> Greet(JsonWarmUp.Greeting greeting)
        {
            await Task.Yield();
            return greeting;
        }
    }
}
