namespace Measured;

public static class Functions
{
    public static void Main()
    {
        // The plain start that a cold one is measured beside.
    }

    public static Dictionary<string, string> Echo(Dictionary<string, string> input) => input;

    public static Whoami WhoAmI() => new(Environment.ProcessId, new FileInfo("/proc/self/ns/pid").LinkTarget!);
}

public sealed record Whoami(int Pid, string Namespace);
