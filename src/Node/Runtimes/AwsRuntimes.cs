using System.Collections.Frozen;

namespace Hearth.Node.Runtimes;

/// <summary>
/// Every runtime identifier AWS has had, retired ones too. Source: API model, <c>Runtime</c>; developer guide,
/// "Lambda runtimes" (read 2026-11).
/// </summary>
internal static class AwsRuntimes
{
    public static FrozenSet<string> Identifiers { get; } = FrozenSet.Create(StringComparer.Ordinal,
        "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x",
        "nodejs16.x", "nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x",
        "python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11", "python3.12",
        "python3.13", "python3.14", "python3.15",
        "java8", "java8.al2", "java11", "java17", "java21", "java25",
        "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6", "dotnet8", "dotnet10",
        "ruby2.5", "ruby2.7", "ruby3.2", "ruby3.3", "ruby3.4",
        "go1.x",
        "provided", "provided.al2", "provided.al2023");
}
