using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hearth.Runtimes.DotNet;

/// <summary>A method of the function, with what its parameters and its result need. Its task, if it returns one, is awaited here.</summary>
internal sealed class Handler
{
    private readonly object? _target;
    private readonly MethodInvoker _method;
    private readonly Func<Stream, object?>? _input;
    private readonly Type? _context;
    private readonly bool _inputFirst;
    private readonly MethodInvoker? _taskResult;
    private readonly Action<object?, Stream>? _output;

    public Handler(object? target, MethodInfo method, Serializer serializer)
    {
        _target = target;
        _method = MethodInvoker.Create(method);
        foreach (var parameter in method.GetParameters().Select(parameter => parameter.ParameterType))
        {
            if (HandlerRules.IsContext(parameter))
                _context = parameter;
            else
                _input = serializer.Reader(parameter);
        }

        _inputFirst = _input is not null;
        var result = ResultProperty(method.ReturnType);
        _taskResult = result is null ? null : MethodInvoker.Create(result.GetMethod!);
        var type = result?.PropertyType ?? method.ReturnType;
        _output = type == typeof(void) || type.IsAssignableTo(typeof(Task)) ? null : serializer.Writer(type);
        Prepare(method);
    }

    /// <summary>Runs it on a payload. A method without a result answers with no bytes, as on AWS.</summary>
    public ArraySegment<byte> Invoke(Stream payload, Invocation invocation)
    {
        var result = Call(_input?.Invoke(payload), _context is null ? null : LambdaContext.Create(_context, invocation));
        if (result is Task task)
        {
            task.GetAwaiter().GetResult();
            result = _taskResult?.Invoke(task);
        }

        if (_output is null)
            return ArraySegment<byte>.Empty;
        var bytes = new MemoryStream();
        _output(result, bytes);
        return new ArraySegment<byte>(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Does early what the first invocation needs: the init phase has a whole CPU, a small function's invocations a tenth.</summary>
    private void Prepare(MethodInfo method)
    {
        RuntimeHelpers.PrepareMethod(method.MethodHandle);
        if (_context is not null)
            _ = Shape.Create(_context, (_, _) => Shape.Unknown);
    }

    private object? Call(object? input, object? context) => (_inputFirst, _context) switch
    {
        (true, not null) => _method.Invoke(_target, input, context),
        (true, null) => _method.Invoke(_target, input),
        (false, not null) => _method.Invoke(_target, context),
        _ => _method.Invoke(_target),
    };

    /// <summary><c>Result</c> of a declared <c>Task&lt;T&gt;</c>: the task at hand may be of a type nobody may name.</summary>
    private static PropertyInfo? ResultProperty(Type declared)
    {
        for (var type = declared; type is not null; type = type.BaseType)
        {
            if (type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
                return type.GetProperty(nameof(Task<>.Result));
        }

        return null;
    }
}
