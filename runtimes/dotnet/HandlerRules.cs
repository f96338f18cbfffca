using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hearth.Runtimes.DotNet;

/// <summary>Which methods AWS's runtime takes as handlers.</summary>
internal static class HandlerRules
{
    private const string ContextInterface = "Amazon.Lambda.Core.ILambdaContext";

    public static bool IsContext(Type type) => type.FullName == ContextInterface;

    /// <exception cref="LambdaValidationException">It cannot be a handler.</exception>
    public static void Check(Type type, MethodInfo method)
    {
        CheckType(type, method);
        Refuse(method.IsAbstract, method, "an abstract method. Handler methods cannot be abstract. Please specify a non-abstract handler method.");
        Refuse(method.IsGenericMethod, method, "a generic method. Handler methods cannot be generic. Please specify a non-generic handler method.");
        Refuse(method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)), method,
            "an 'async void' method. Handler methods cannot be 'async void'. Please specify a method that is not 'async void'.");
        var parameters = method.GetParameters();
        Refuse(parameters.LastOrDefault()?.IsDefined(typeof(ParamArrayAttribute)) == true, method,
            "a 'params' method. Please specify a method that does not use 'params'.");
        if (parameters.Length > 2)
            throw new LambdaValidationException($"Method '{method.Name}' of type '{type.FullName}' is not supported: the method has more than 2 parameters.");
        if (parameters.Length == 2 && !IsContext(parameters[1].ParameterType))
            throw new LambdaValidationException(
                $"Method '{method.Name}' of type '{type.FullName}' is not supported: the method has 2 parameters, but the second parameter is not of type '{ContextInterface}'.");
    }

    private static void CheckType(Type type, MethodInfo method)
    {
        if (type.IsGenericType)
            throw new LambdaValidationException(
                $"The type '{type.FullName}' cannot be used as a Lambda Handler type because it is generic. Handler methods cannot be located in generic types. Please specify a handler method in a non-generic type.");
        if (!method.IsStatic && type.IsAbstract && type.IsClass)
            throw new LambdaValidationException(
                $"The instance method '{method}' cannot be used as a Lambda Handler because its type '{type.FullName}' is abstract. Please either use a static handler or specify a type that is not abstract.");
        if (type.IsInterface || type.IsEnum)
            throw new LambdaValidationException(
                $"The type '{type.FullName}' cannot be used as a handler type since it is not a class or a struct. Please specify a handler method on a class or struct.");
    }

    private static void Refuse(bool wrong, MethodInfo method, string because)
    {
        if (wrong)
            throw new LambdaValidationException($"The method '{method}' cannot be used as a Lambda Handler because it is {because}");
    }
}
