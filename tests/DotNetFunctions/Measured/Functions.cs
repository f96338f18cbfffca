namespace Measured;

public static class Functions
{
    public static void Main() => Console.WriteLine("hello");

    public static Dictionary<string, string> Echo(Dictionary<string, string> input) => input;

    public static Whoami WhoAmI() => new(Environment.ProcessId, new FileInfo("/proc/self/ns/pid").LinkTarget!);
}

public sealed record Whoami(int Pid, string Namespace);
