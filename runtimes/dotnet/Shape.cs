using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// An object of an interface that the package brings, answered by member name: the runtime is built without knowing
/// which version of Amazon.Lambda.Core that will be. A member it does not know yields null or zero.
/// </summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it while running.")]
internal class Shape : DispatchProxy
{
    /// <summary>Answers a call by method and arguments; <see cref="Unknown"/> for what it does not know.</summary>
    private Func<MethodInfo, object?[], object?> _answer = (_, _) => Unknown;

    public static object Unknown { get; } = new();

    public static object Create(Type type, Func<MethodInfo, object?[], object?> answer)
    {
        var proxy = Create(type, typeof(Shape));
        ((Shape)proxy)._answer = answer;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = _answer(targetMethod!, args ?? []);
        if (answer != Unknown)
            return answer;
        var type = targetMethod!.ReturnType;
        return type.IsValueType && type != typeof(void) ? RuntimeHelpers.GetUninitializedObject(type) : null;
    }
}
