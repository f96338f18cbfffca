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
        Serve(HandlerLoader.Load(name, Path.GetDirectoryName(own)!));
        _ = Fault.Write(new InvalidOperationException());
        _ = ((ISample)Shape.Create(typeof(ISample), (_, _) => 1)).Number;
        _ = FunctionLog.Format(null, "");
        Console.OpenStandardOutput().Dispose();
    }

    private static void Serve(Handler handler)
    {
        using var node = new RehearsalApi();
        using var api = new RuntimeApi(node.Address);
        node.Answer("""{"name":"é","numbers":[1]}""");
        try
        {
            new InvocationLoop(api, handler).Run();
        }
        catch (HungUpException)
        {
            // It has been played to its end.
        }
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
