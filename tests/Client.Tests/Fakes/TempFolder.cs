namespace Hearth.Client.Tests.Fakes;

/// <summary>A folder that is gone when the test is over.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hearth-").FullName;

    public string Write(string name, string text, UnixFileMode? mode = null)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (mode is { } bits && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, bits);
        return path;
    }

    public void Link(string name, string target) => File.CreateSymbolicLink(System.IO.Path.Combine(Path, name), target);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
