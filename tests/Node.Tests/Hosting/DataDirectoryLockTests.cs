using Hearth.Node.Hosting;

namespace Hearth.Node.Tests.Hosting;

public sealed class DataDirectoryLockTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-lock-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_second_node_on_a_data_directory_is_refused_until_the_first_has_ended()
    {
        var path = Path.Combine(_folder.FullName, "data");
        using (DataDirectoryLock.Take(path))
            Assert.Contains($"Another node runs on {path}", Assert.Throws<IOException>(() => DataDirectoryLock.Take(path)).Message);
        DataDirectoryLock.Take(path).Dispose();
    }

    [Fact]
    public void A_data_directory_that_cannot_be_made_is_an_error_of_input_and_output()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        Assert.ThrowsAny<IOException>(() => DataDirectoryLock.Take(Path.Combine(file, "data")));
    }
}
