using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hearth.Runtimes.DotNet;

/// <summary>Turns payloads into a handler's input and its result into a response. Streams pass as they are.</summary>
internal abstract class Serializer
{
    private const string Attribute = "Amazon.Lambda.Core.LambdaSerializerAttribute", Interface = "Amazon.Lambda.Core.ILambdaSerializer";

    /// <summary>The one that the method's or else the assembly's <c>LambdaSerializer</c> attribute names, or else plain JSON.</summary>
    /// <exception cref="LambdaValidationException">It names something that is no serializer.</exception>
    public static Serializer For(MethodInfo method, Assembly assembly)
    {
        var attribute = method.GetCustomAttributes().Concat(assembly.GetCustomAttributes()).FirstOrDefault(IsSerializerAttribute);
        return attribute is null ? new PlainJson() : new FromPackage(TypeNamedBy(attribute));
    }

    public Func<Stream, object?> Reader(Type type)
    {
        if (type.IsAssignableFrom(typeof(MemoryStream)) && type != typeof(object))
            return payload => payload;
        Prepare();
        return ReaderOf(type);
    }

    public Action<object?, Stream> Writer(Type type)
    {
        if (type.IsAssignableTo(typeof(Stream)))
            return Copy;
        Prepare();
        return WriterOf(type);
    }

    /// <summary>Does early what its first use takes.</summary>
    protected abstract void Prepare();

    protected abstract Func<Stream, object?> ReaderOf(Type type);

    protected abstract Action<object?, Stream> WriterOf(Type type);

    private static void Copy(object? result, Stream into)
    {
        using var stream = (Stream?)result;
        stream?.CopyTo(into);
    }

    private static bool IsSerializerAttribute(Attribute attribute)
    {
        var type = attribute.GetType();
        while (type is not null && type.FullName != Attribute)
            type = type.BaseType;
        return type is not null;
    }

    private static Type TypeNamedBy(Attribute attribute)
    {
        var type = attribute.GetType().GetProperty("SerializerType")?.GetValue(attribute) as Type
            ?? throw new LambdaValidationException($"The 'SerializerType' property on attribute class '{attribute.GetType().FullName}' is not set.");
        if (type.GetConstructor(Type.EmptyTypes) is null)
            throw new LambdaValidationException($"The indicated serializer '{type.FullName}' does not define a public zero-parameter constructor.");
        return type.GetInterface(Interface) is null
            ? throw new LambdaValidationException($"The '{type.FullName}' class is invalid: it does not implement the 'ILambdaSerializer' interface.")
            : type;
    }

    /// <summary>As AWS's usual serializer behaves without settings: names as they are written, read in any case.</summary>
    private sealed class PlainJson : Serializer
    {
        private static readonly JsonSerializerOptions Options =
            new() { PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

        protected override void Prepare() => JsonWarmUp.Once();

        protected override Func<Stream, object?> ReaderOf(Type type) => payload => JsonSerializer.Deserialize(payload, type, Options);

        protected override Action<object?, Stream> WriterOf(Type type) => (result, into) => JsonSerializer.Serialize(into, result, type, Options);
    }

    /// <summary>The package's own, called through its interface: <c>T Deserialize&lt;T&gt;(Stream)</c>, <c>void Serialize&lt;T&gt;(T, Stream)</c>.</summary>
    private sealed class FromPackage(Type type) : Serializer
    {
        private readonly object _instance = Activator.CreateInstance(type)!;
        private readonly Type _interface = type.GetInterface(Interface)!;

        protected override void Prepare()
        {
            var json = typeof(JsonSerializer).Assembly.GetName().Name;
            if (type.Assembly.GetReferencedAssemblies().Any(name => name.Name == json))
                JsonWarmUp.Once();
        }

        protected override Func<Stream, object?> ReaderOf(Type type)
        {
            var method = Method("Deserialize", type);
            return payload => method.Invoke(_instance, payload);
        }

        protected override Action<object?, Stream> WriterOf(Type type)
        {
            var method = Method("Serialize", type);
            return (result, into) => method.Invoke(_instance, result, into);
        }

        private MethodInvoker Method(string name, Type argument)
        {
            var method = _interface.GetMethod(name) ?? throw new LambdaValidationException(
                $"The type '{_interface.FullName}' does not match the expected shape of '{Interface}': '{name}' method not found.");
            return MethodInvoker.Create(method.MakeGenericMethod(argument));
        }
    }
}
