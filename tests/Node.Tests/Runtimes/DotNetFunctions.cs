namespace Hearth.Node.Tests.Runtimes;

/// <summary>The packages under tests/DotNetFunctions, built in this project's own configuration.</summary>
internal static class DotNetFunctions
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Handlers { get; } = Folder("Handlers");

    public static string Program { get; } = Folder("Program");

    /// <summary>Starts the runtime on the package's own files; <paramref name="handler"/> without the assembly: <c>Type::Method</c>.</summary>
    public static Task<BootstrapRun> StartAsync(string handler, params (string, string)[] variables) =>
        BootstrapRun.StartAsync("dotnet", Name(handler), [], [("LAMBDA_TASK_ROOT", Handlers), .. variables]);

    public static string Name(string handler) => $"Handlers::Handlers.{handler}";

    private static string Folder(string project) =>
        Path.Combine(Repository.Root, "tests", "DotNetFunctions", project, "bin", Configuration, "net10.0");
}
