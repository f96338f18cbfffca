using System.Reflection;
using System.Runtime.Loader;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// The package's assemblies, as its .deps.json lists them, apart from the runtime's own: a package may bring a newer
/// version of something the runtime uses too.
/// </summary>
internal sealed class FunctionAssemblies : AssemblyLoadContext
{
    private const string LambdaCore = "Amazon.Lambda.Core";

    private readonly AssemblyDependencyResolver _resolver;
    private readonly string? _webFramework = WebFramework();

    /// <param name="main">The path of the handler's assembly.</param>
    public FunctionAssemblies(string main)
        : base("function")
    {
        _resolver = new AssemblyDependencyResolver(main);
        // What a framework assembly loads by name (plug-ins, application parts) is found in the package too.
        Default.Resolving += (_, name) => Load(name);
        Main = LoadFromAssemblyPath(main);
    }

    public Assembly Main { get; }

    protected override Assembly? Load(AssemblyName name) => LoadFromPackage(name) ?? InWebFramework(name);

    protected override nint LoadUnmanagedDll(string name) =>
        _resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private Assembly? LoadFromPackage(AssemblyName name)
    {
        if (_resolver.ResolveAssemblyToPath(name) is not { } path)
            return null;
        var assembly = LoadFromAssemblyPath(path);
        if (name.Name == LambdaCore)
            FunctionLog.ConnectTo(assembly);
        return assembly;
    }

    /// <summary>ASP.NET Core, which AWS's runtime has as well; only a function that names it pays for it.</summary>
    private Assembly? InWebFramework(AssemblyName name)
    {
        var path = _webFramework is null ? null : Path.Combine(_webFramework, name.Name + ".dll");
        return File.Exists(path) ? Default.LoadFromAssemblyPath(path) : null;
    }

    /// <summary>The shared framework beside the one that runs here, of the same version.</summary>
    private static string? WebFramework()
    {
        var own = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        return own.Parent?.Parent is { } shared ? Path.Combine(shared.FullName, "Microsoft.AspNetCore.App", own.Name) : null;
    }
}
