using System.Reflection;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// A function whose handler is an assembly's name alone: a program, with a client of the Runtime API of its own. Its
/// entry point is called in this process, which spares a second start of .NET; a native program replaces the process.
/// </summary>
internal static class Executable
{
    private const int NotFound = 104, NoHandler = 103; // as AWS's start script has them

    public static int Run(string handler, string task)
    {
        if (handler.Length == 0)
            return Refuse("No Lambda Handler function was specified.", NoHandler);
        var program = Path.Combine(task, handler);
        var assembly = handler.EndsWith(".dll", StringComparison.Ordinal) ? program : program + ".dll";
        if (File.Exists(assembly))
            return RunAssembly(assembly, task);
        return File.Exists(program)
            ? Refuse(NativeProgram.Become(program), NotFound)
            : Refuse($"executable assembly {assembly} or binary {program} not found.", NotFound);
    }

    private static int RunAssembly(string path, string task)
    {
        AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", task + Path.DirectorySeparatorChar);
        var assembly = new FunctionAssemblies(path).Main;
        Assembly.SetEntryAssembly(assembly);
        var main = assembly.EntryPoint;
        if (main is null)
            return Refuse($"executable assembly {path} has no entry point.", NotFound);
        using var names = System.Runtime.Loader.AssemblyLoadContext.EnterContextualReflection(assembly);
        // What it throws ends the process with .NET's own message, as if it had been started itself.
        var result = main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()], null);
        return result as int? ?? Environment.ExitCode;
    }

    private static int Refuse(string message, int status)
    {
        Console.Error.WriteLine($"Error: {message}");
        return status;
    }
}
