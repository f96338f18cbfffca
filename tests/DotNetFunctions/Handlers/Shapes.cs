using Amazon.Lambda.Core;

namespace Handlers;

/// <summary>A handler of every shape there is.</summary>
public class Shapes : BaseShapes
{
    private int _calls;

    public static string Static(string text) => text + "!";

    public Stream Streams(Stream payload) => payload;

    public async Task<Stream> StreamsLater(Stream payload)
    {
        await Task.Yield();
        return payload;
    }

    public Order Poco(Order order) => order with { Count = order.Count * 2 };

    public async Task<Order> PocoLater(Order order)
    {
        await Task.Delay(1);
        return order with { Count = order.Count + 1 };
    }

    public int Value(int number) => number + 1;

    public string Nothing() => "nothing in";

    public string Context(ILambdaContext context) => context.AwsRequestId;

    public string Both(Order order, ILambdaContext context) => order.CustomerName + context.FunctionVersion;

    public void Void(string text) => Console.Write(text);

    public async Task Later(string text)
    {
        await Task.Delay(1);
        Console.Write(text);
    }

    public int Calls() => ++_calls;

    public string Overloaded(string text) => "text " + text;

    public string Overloaded(int number) => "number " + number;

    private string Hidden() => "hidden";
}

public class BaseShapes
{
    public string Inherited() => "inherited";
}

public struct StructShapes
{
    public string Poco() => "struct";
}
