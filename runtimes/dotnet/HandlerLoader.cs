using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hearth.Runtimes.DotNet;

/// <summary>Finds a handler's method in the package and makes its object; refusals are worded as AWS's runtime words them.</summary>
internal static class HandlerLoader
{
    private const BindingFlags Anything =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <exception cref="LambdaValidationException">The package has no such handler, or it cannot be one.</exception>
    public static Handler Load(HandlerName name, string task)
    {
        var path = Path.Combine(task, name.Assembly + ".dll");
        if (!File.Exists(path))
            throw new LambdaValidationException(
                $"Could not find the specified handler assembly with the file name '{name.AssemblyIdentity}'. The assembly should be located in the root of your uploaded .zip file.");
        var assembly = LoadAssembly(path, name);
        // Kept for good: Type.GetType and Assembly.Load with a name are to look in the package too.
        _ = System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(assembly)!.EnterContextualReflection();
        var type = assembly.GetType(name.Type)
            ?? throw new LambdaValidationException($"Unable to load type '{name.Type}' from assembly '{name.AssemblyIdentity}'.");
        var method = FindMethod(type, name);
        HandlerRules.Check(type, method);
        return new Handler(MakeTarget(type, method), method, Serializer.For(method, type.Assembly));
    }

    private static Assembly LoadAssembly(string path, HandlerName name)
    {
        try
        {
            return new FunctionAssemblies(path).Main;
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or InvalidOperationException)
        {
            throw new LambdaValidationException($"Unable to load assembly '{name.AssemblyIdentity}'.", e);
        }
    }

    /// <summary>By name, or else by signature, in the type itself and then in its base types.</summary>
    private static MethodInfo FindMethod(Type type, HandlerName name)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            var found = at.GetMember(name.Method, MemberTypes.Method, Anything);
            if (found.Length == 0 && name.Method.Contains(' ')) // as every signature does
                found = Array.FindAll<MemberInfo>(at.GetMethods(Anything), method => method.ToString() == name.Method);
            if (found.Length == 1)
                return (MethodInfo)found[0];
            if (found.Length > 1)
                throw new LambdaValidationException(
                    $"The method '{name.Method}' in type '{at.FullName}' appears to have a number of overloads. To call this method please specify a complete method signature. Possible candidates are:\n{string.Join('\n', found.Select(method => method.ToString()))}.");
        }

        throw new LambdaValidationException(
            $"Unable to find method '{name.Method}' in type '{name.Type}' from assembly '{name.AssemblyIdentity}': Found no methods matching method name '{name.Method}'.");
    }

    private static object? MakeTarget(Type type, MethodInfo method)
    {
        if (!method.IsStatic)
            return Activator.CreateInstance(type);
        RuntimeHelpers.RunClassConstructor(type.TypeHandle); // in the init phase, not at the first invocation
        return null;
    }
}
