using Hearth.Contracts.Functions;
using Hearth.Node.Packages;
using static Hearth.Node.Tests.Packages.ZipBuilder;
using IoFile = System.IO.File;

namespace Hearth.Node.Tests.Packages;

public sealed class PackageStoreTests : PackageFolder
{
    private static readonly byte[] Zip = Of(File("app.py", "hello"));
    private static readonly HashSet<string> None = [];

    [Fact]
    public async Task A_package_is_named_by_the_SHA256_and_size_of_its_zip()
    {
        var code = await StoreAsync(Zip);
        Assert.Equal(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Zip)), code.Sha256);
        Assert.Equal(Zip.Length, code.SizeBytes);
        using var kept = Assert.IsType<FileStream>(await Store.OpenZipAsync(code, default));
        var bytes = new byte[kept.Length];
        kept.ReadExactly(bytes);
        Assert.Equal(Zip, bytes);
    }

    [Fact]
    public async Task Sixteen_adds_of_one_content_at_once_extract_it_once()
    {
        var zip = Of([.. Enumerable.Range(0, 200).Select(number => File($"f{number}", new string('x', 1_000)))]);
        var codes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => StoreAsync([.. zip]))));
        Assert.Single(codes.Distinct());
        Assert.Equal(1, Store.Extractions);
        await StoreAsync(zip);
        Assert.Equal(1, Store.Extractions);
    }

    [Fact]
    public async Task A_restarted_store_serves_what_the_earlier_one_kept_without_extracting_again()
    {
        var code = await StoreAsync(Zip);
        var restarted = new PackageStore(Root, TimeProvider.System);
        var folder = await restarted.EnsureExtractedAsync(code, CancellationToken.None);
        Assert.Equal("hello", await IoFile.ReadAllTextAsync($"{folder}/app.py"));
        Assert.Equal(0, restarted.Extractions);
    }

    [Fact]
    public async Task A_lost_extraction_is_made_again_from_the_zip_once_however_many_ask()
    {
        var code = await StoreAsync(Zip);
        Directory.Delete(Path.Combine(Root, "code"), recursive: true);
        var restarted = new PackageStore(Root, TimeProvider.System);
        Assert.False(restarted.TryGetTaskDirectory(code, out _));
        var folders = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => restarted.EnsureExtractedAsync(code, CancellationToken.None))));
        Assert.Equal("hello", await IoFile.ReadAllTextAsync($"{Assert.Single(folders.Distinct())}/app.py"));
        Assert.Equal(1, restarted.Extractions);
    }

    [Fact]
    public async Task A_package_that_is_not_here_is_null()
    {
        var code = new CodeReference(Convert.ToBase64String(new byte[32]), 1);
        Assert.Null(await Store.EnsureExtractedAsync(code, CancellationToken.None));
        Assert.Null(await Store.OpenZipAsync(code, default));
        Assert.False(Store.TryGetTaskDirectory(code, out _));
    }

    [Fact]
    public async Task Adds_and_lookups_of_one_content_at_once_leave_both_zip_and_folder()
    {
        for (var round = 0; round < 50; round++)
        {
            var zip = Of(File("app.py", $"round {round}"));
            var code = new CodeReference(PackageHash.Of(zip).Base64, zip.Length);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
            {
                if (number % 2 == 0)
                    await Store.EnsureExtractedAsync(code, CancellationToken.None);
                else
                    await StoreAsync(zip);
            })));
            Assert.True(Store.TryGetTaskDirectory(code, out _));
            using var kept = Assert.IsType<FileStream>(await Store.OpenZipAsync(code, default));
        }
    }

    [Fact]
    public async Task A_cancelled_add_leaves_the_work_to_the_others()
    {
        using var cancelled = new CancellationTokenSource();
        var zip = Of([.. Enumerable.Range(0, 500).Select(number => File($"f{number}"))]);
        var first = Store.AddAsync(zip, cancelled.Token);
        var second = StoreAsync(zip);
        await cancelled.CancelAsync();
        await second;
        Assert.Equal(1, Store.Extractions);
        await Record.ExceptionAsync(() => first);
    }

    [Fact]
    public async Task A_damaged_zip_on_disk_is_not_extracted_and_an_add_repairs_it()
    {
        var code = await StoreAsync(Zip);
        Directory.Delete(Path.Combine(Root, "code"), recursive: true);
        await IoFile.WriteAllBytesAsync(Directory.GetFiles(Path.Combine(Root, "zips")).Single(), Of(File("app.py", "other")));
        var restarted = new PackageStore(Root, TimeProvider.System);
        await Assert.ThrowsAsync<InvalidDataException>(() => restarted.EnsureExtractedAsync(code, CancellationToken.None));

        Assert.IsType<PackageAdded.Stored>(await restarted.AddAsync(Zip, CancellationToken.None));
        using var kept = Assert.IsType<FileStream>(await restarted.OpenZipAsync(code, default));
        Assert.Equal(Zip.Length, kept.Length);
        Assert.True(restarted.TryGetTaskDirectory(code, out _));
    }

    [Fact]
    public async Task What_a_killed_node_left_half_written_is_swept_and_never_served()
    {
        var half = Directory.CreateDirectory(Path.Combine(Root, "code", ".partial-ofanotherprocess-1", "lib")).Parent!.FullName;
        IoFile.CreateSymbolicLink(Path.Combine(half, "out"), "/etc");
        var halfZip = Path.Combine(Root, "zips", ".partial-ofanotherprocess-2");
        await IoFile.WriteAllTextAsync(halfZip, "half");

        var restarted = new PackageStore(Root, TimeProvider.System);
        Assert.Equal(0, await restarted.SweepAsync(None, CancellationToken.None));
        Assert.False(Directory.Exists(half));
        Assert.False(IoFile.Exists(halfZip));
        Assert.True(Directory.Exists("/etc"));
    }

    [Fact]
    public async Task A_sweep_removes_what_no_function_uses_and_keeps_the_rest()
    {
        var used = await StoreAsync(Zip);
        var unused = await StoreAsync(Of(File("other.py")));
        var restarted = new PackageStore(Root, TimeProvider.System);
        Assert.Equal(1, await restarted.SweepAsync(new HashSet<string> { used.Sha256 }, CancellationToken.None));
        Assert.True(restarted.TryGetTaskDirectory(used, out _));
        Assert.False(restarted.TryGetTaskDirectory(unused, out _));
        Assert.Null(await restarted.OpenZipAsync(unused, default));
        Assert.NotNull(await restarted.EnsureExtractedAsync(used, CancellationToken.None));
    }

    [Fact]
    public async Task A_package_just_added_survives_a_sweep_that_does_not_know_its_function_yet()
    {
        var clock = new ManualClock();
        var store = new PackageStore(Root, clock);
        var code = Assert.IsType<PackageAdded.Stored>(await store.AddAsync(Zip, CancellationToken.None)).Code;
        Assert.Equal(0, await store.SweepAsync(None, CancellationToken.None));
        Assert.True(store.TryGetTaskDirectory(code, out _));
        clock.Advance(PackageStore.Grace);
        Assert.Equal(1, await store.SweepAsync(None, CancellationToken.None));
        Assert.False(store.TryGetTaskDirectory(code, out _));
    }

    [Fact]
    public async Task Adds_that_race_with_sweeps_find_their_package_afterwards()
    {
        for (var round = 0; round < 50; round++)
        {
            await StoreAsync(Zip);
            var restarted = new PackageStore(Root, TimeProvider.System);
            var adding = Task.Run(() => restarted.AddAsync(Zip, CancellationToken.None));
            var sweeping = Task.Run(() => restarted.SweepAsync(None, CancellationToken.None));
            var code = Assert.IsType<PackageAdded.Stored>(await adding).Code;
            await sweeping;
            Assert.True(restarted.TryGetTaskDirectory(code, out var folder));
            Assert.Equal("hello", await IoFile.ReadAllTextAsync($"{folder}/app.py"));
            using var kept = Assert.IsType<FileStream>(await restarted.OpenZipAsync(code, default));
        }
    }
}
