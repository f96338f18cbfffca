namespace Hearth.Node.Hosting;

/// <summary>Keeps a second node off a data directory for as long as this one lives; the kernel lets go of it when the process ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <exception cref="IOException">The directory cannot be made or written, or another node has it; the message says which.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return new DataDirectoryLock(new FileStream(Path.Combine(directory, "node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{directory} cannot be written: {denied.Message}", denied);
        }
        catch (IOException inUse) when (File.Exists(Path.Combine(directory, "node.lock")))
        {
            throw new IOException($"Another node runs on {directory}. Give this one a directory of its own with {NodeSettings.Data.Option}.", inUse);
        }
    }

    public void Dispose() => _file.Dispose();
}
