using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Packages;

namespace Hearth.Node.Tests.Packages;

/// <summary>A store in a folder of its own, removed with the test.</summary>
public abstract class PackageFolder : IDisposable
{
    private protected PackageFolder()
    {
        Root = Directory.CreateTempSubdirectory("hearth-packages-").FullName;
        Store = new PackageStore(Root, TimeProvider.System);
    }

    private protected string Root { get; }

    private protected PackageStore Store { get; }

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task<CodeReference> StoreAsync(byte[] zip) => await Store.AddAsync(zip, CancellationToken.None) switch
    {
        PackageAdded.Stored stored => stored.Code,
        PackageAdded.Refused refused => throw new InvalidOperationException(refused.Error.Message),
        var other => throw new InvalidOperationException($"{other}"),
    };

    /// <summary>Adds the zip and gives the folder it was extracted to.</summary>
    private protected async Task<string> ExtractAsync(byte[] zip)
    {
        var code = await StoreAsync(zip);
        Assert.True(Store.TryGetTaskDirectory(code, out var folder));
        return folder;
    }

    /// <summary>Adds a zip that must be refused, and checks that nothing of it stays.</summary>
    private protected async Task<RequestError> RefuseAsync(ReadOnlyMemory<byte> zip)
    {
        var error = Assert.IsType<PackageAdded.Refused>(await Store.AddAsync(zip, CancellationToken.None)).Error;
        Assert.Empty(Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories));
        Assert.Equal([Path.Combine(Root, "code"), Path.Combine(Root, "zips")], Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories).Order());
        return error;
    }
}
