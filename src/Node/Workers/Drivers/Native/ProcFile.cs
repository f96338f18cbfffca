namespace Hearth.Node.Workers.Drivers.Native;

/// <summary>Reads files under /proc, whose processes may end at any moment.</summary>
internal static class ProcFile
{
    /// <returns>Empty when the process has ended or may not be read.</returns>
    public static byte[] Read(int pid, string name)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/{name}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
