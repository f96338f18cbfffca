using System.Collections.Concurrent;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Packages;
using static Hearth.Node.Tests.Packages.ZipBuilder;
using IoFile = System.IO.File;

namespace Hearth.Node.Tests.Packages;

/// <summary>Stores of several nodes that keep their zips in one place.</summary>
public sealed class PackageOriginTests : IDisposable
{
    private static readonly byte[] Zip = Of(File("app.py", "hello"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-packages-");
    private readonly CountingOrigin _origin = new();
    private int _nodes;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_added_at_one_is_extracted_at_the_other()
    {
        var code = await AddAsync(Node(), Zip);
        var folder = await Node().EnsureExtractedAsync(code, default);
        Assert.Equal("hello", await IoFile.ReadAllTextAsync($"{folder}/app.py"));
    }

    [Fact]
    public async Task It_is_fetched_once_however_many_ask_and_not_again_later()
    {
        for (var round = 0; round < 20; round++)
        {
            var code = await AddAsync(Node(), Of(File("app.py", $"{round}")));
            var (other, before) = (Node(), _origin.Fetches);
            await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(async () =>
            {
                if (number % 4 == 0)
                    await (await other.OpenZipAsync(code, default))!.DisposeAsync();
                else
                    Assert.NotNull(await other.EnsureExtractedAsync(code, default));
            })));
            Assert.NotNull(await other.EnsureExtractedAsync(code, default));
            Assert.Equal((before + 1, 1), (_origin.Fetches, other.Extractions));
        }
    }

    [Fact]
    public async Task A_zip_that_is_opened_is_fetched()
    {
        var code = await AddAsync(Node(), Zip);
        await using var opened = await Node().OpenZipAsync(code, default);
        var bytes = new byte[Zip.Length + 1];
        Assert.Equal(Zip.Length, await opened!.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false));
        Assert.Equal(Zip, bytes[..Zip.Length]);
    }

    [Fact]
    public async Task What_the_origin_does_not_have_is_null()
    {
        var code = new CodeReference(PackageHash.Of(Zip).Base64, Zip.Length);
        Assert.Null(await Node().EnsureExtractedAsync(code, default));
        Assert.Null(await Node().OpenZipAsync(code, default));
    }

    [Fact]
    public async Task What_is_not_what_it_is_called_is_refused_and_leaves_nothing()
    {
        var code = await AddAsync(Node(), Zip);
        _origin.Zips[code.Sha256] = Of(File("app.py", "evil"));
        var other = Node();
        Assert.Contains("damaged", (await Assert.ThrowsAsync<IOException>(() => other.EnsureExtractedAsync(code, default))).Message);
        await Assert.ThrowsAsync<IOException>(() => other.OpenZipAsync(code, default));
        Assert.Empty(Directory.EnumerateFiles(RootOf(_nodes), "*", SearchOption.AllDirectories));

        _origin.Zips[code.Sha256] = Zip;
        Assert.NotNull(await other.EnsureExtractedAsync(code, default));
    }

    [Fact]
    public async Task A_damaged_zip_on_disk_is_fetched_again()
    {
        var node = Node();
        var code = await AddAsync(node, Zip);
        Directory.Delete(Path.Combine(RootOf(_nodes), "code"), recursive: true);
        await IoFile.WriteAllTextAsync(Directory.GetFiles(Path.Combine(RootOf(_nodes), "zips")).Single(), "damaged");
        var folder = await new PackageStore(RootOf(_nodes), TimeProvider.System, _origin).EnsureExtractedAsync(code, default);
        Assert.Equal("hello", await IoFile.ReadAllTextAsync($"{folder}/app.py"));
    }

    [Fact]
    public async Task What_the_origin_does_not_take_is_refused_and_can_be_added_again()
    {
        var node = Node();
        _origin.IsAway = true;
        var refused = Assert.IsType<PackageAdded.Refused>(await node.AddAsync(Zip, default));
        Assert.Equal(ErrorCode.ServiceUnavailable, refused.Error.Code);
        _origin.IsAway = false;
        Assert.NotNull(await Node().EnsureExtractedAsync(await AddAsync(node, Zip), default));
    }

    private PackageStore Node() => new(RootOf(++_nodes), TimeProvider.System, _origin);

    private string RootOf(int node) => Path.Combine(_folder.FullName, $"{node}");

    private static async Task<CodeReference> AddAsync(PackageStore store, byte[] zip) =>
        Assert.IsType<PackageAdded.Stored>(await store.AddAsync(zip, default)).Code;

    private sealed class CountingOrigin : IPackageOrigin
    {
        private int _fetches;

        public ConcurrentDictionary<string, byte[]> Zips { get; } = new();

        public int Fetches => Volatile.Read(ref _fetches);

        public bool IsAway { get; set; }

        public Task PutAsync(string sha256, ReadOnlyMemory<byte> zip, CancellationToken cancellation)
        {
            if (IsAway)
                return Task.FromException(new IOException("It is away."));
            Zips[sha256] = zip.ToArray();
            return Task.CompletedTask;
        }

        public async Task<byte[]?> FetchAsync(string sha256, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _fetches);
            await Task.Yield();
            return Zips.GetValueOrDefault(sha256);
        }

        public Task<int> SweepAsync(IReadOnlySet<string> inUse, TimeSpan grace, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
