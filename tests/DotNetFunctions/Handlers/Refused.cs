using Amazon.Lambda.Core;

namespace Handlers;

/// <summary>What the runtime refuses in the init phase.</summary>
public class Refused
{
    public async void AsyncVoid() => await Task.Yield();

    public void Three(string one, ILambdaContext two, string three)
    {
    }

    public void Second(string one, string two)
    {
    }

    public void Generic<T>()
    {
    }

    public void Params(params string[] texts)
    {
    }

    [LambdaSerializer(typeof(NoSerializer))]
    public string WrongSerializer(string text) => text;
}

public class GenericType<T>
{
    public void Run()
    {
    }
}

public abstract class AbstractType
{
    public void Run()
    {
    }
}

public class FailingConstructor
{
    public FailingConstructor() => throw new InvalidOperationException("early");

    public void Run()
    {
    }
}
