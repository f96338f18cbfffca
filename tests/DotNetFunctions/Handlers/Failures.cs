namespace Handlers;

public sealed class OrderException(string message, Exception? inner = null) : Exception(message, inner);

public sealed class Ring
{
    public Ring Next => this;
}

/// <summary>Handlers that fail, and ends of the process.</summary>
public class Failures
{
    public void Throws(string message) => throw new OrderException(message);

    public async Task ThrowsLater(string message)
    {
        await Task.Delay(1);
        throw new OrderException(message);
    }

    public void Nested(string message) => throw new OrderException(message, new ArgumentException("inner"));

    public void Aggregate() => throw new AggregateException("both", new OrderException("one"), new OrderException("two"));

    public void Missing() => new Dictionary<string, int>()["absent"].ToString();

    public void Huge() => throw new OrderException(new string('x', 300_000));

    public Ring Endless() => new();

    public void Exit(int status)
    {
        Console.Write("last\n");
        Environment.Exit(status);
    }

    public void Thread()
    {
        var thread = new Thread(() => throw new OrderException("on a thread"));
        thread.Start();
        thread.Join();
        WaitForEver();
    }

    public string Waits()
    {
        new Thread(WaitForEver).Start();
        return "started";
    }

    private static void WaitForEver()
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne();
    }
}
