using System.Collections.Concurrent;
using Hearth.Contracts;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;

namespace Hearth.Node.Packages.Images;

/// <summary>
/// Container images by the digest of their manifest: a folder each, <c>{digest}/rootfs</c> beside <c>image.json</c>.
/// Promises: an image is served whole or not at all, whatever was killed; it is fetched and unpacked once, however many
/// ask at the same time; it takes no more than 10 GB of disk and 15 minutes on its way.
/// </summary>
internal sealed class ImageStore : IDisposable
{
    private static readonly TimeSpan ResolveDeadline = TimeSpan.FromSeconds(30), FetchDeadline = TimeSpan.FromMinutes(15);

    private readonly string _folder;
    private readonly ImageOptions _options;
    private readonly ImageFetch _fetch;
    private readonly OncePerHash _once = new();
    private readonly SemaphoreSlim _fetches = new(2), _resolves = new(8);
    private readonly ConcurrentDictionary<string, bool> _asked = new();
    private readonly CancellationTokenSource _disposing = new();
    private int _unpacked;

    /// <param name="folder">Made if it does not exist.</param>
    public ImageStore(string folder, ImageOptions options)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _options = options;
        _fetch = new ImageFetch(options);
    }

    /// <summary>How many images this process has unpacked.</summary>
    public int Unpacked => _unpacked;

    /// <summary>Looks an image up by its name, for its digest. Nothing is fetched yet.</summary>
    public async Task<(CodeReference? Code, RequestError? Error)> ResolveAsync(string uri, CancellationToken cancellation)
    {
        if (_options.Unavailable is { } reason)
            return (null, RequestError.InvalidParameter(reason));
        if (ImageSource.Parse(uri) is not { } source)
            return (null, RequestError.InvalidParameter($"Source image {uri} is not valid. Provide a valid source image."));
        try
        {
            var digest = await InFolderAsync(_resolves, ResolveDeadline, (folder, deadline) => _fetch.DigestAsync(source, folder, deadline), cancellation);
            return (new CodeReference(digest, 0, uri), null);
        }
        catch (ImageException failure)
        {
            return (null, Refusal(uri, failure));
        }
        catch (IOException failure)
        {
            return (null, RequestError.Internal($"The image {uri} could not be looked up: {failure.Message}"));
        }
    }

    /// <summary>The image, fetched and unpacked first where it is not here. A cancelled caller stops waiting; the work goes on for the others.</summary>
    /// <exception cref="ImageException">It cannot be had or used.</exception>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public async Task<UnpackedImage> EnsureAsync(CodeReference code, CancellationToken cancellation)
    {
        _asked[code.Sha256] = true;
        if (PackageHash.FromHex(code.Sha256) is not { } digest || ImageSource.Parse(code.ImageUri ?? "") is not { } source)
            throw ImageException.Invalid($"{code.ImageUri} names no image.");
        if (!Directory.Exists(PathOf(digest)))
        {
            if (_options.Unavailable is { } reason)
                throw new ImageException(ImageException.Internal, reason);
            await _once.RunAsync(digest, () => FetchAsync(source, digest), cancellation);
        }

        var configuration = await File.ReadAllBytesAsync(Path.Combine(PathOf(digest), "image.json"), cancellation);
        return new UnpackedImage(Path.Combine(PathOf(digest), "rootfs"), ImageConfiguration.Parse(configuration));
    }

    /// <summary>
    /// Removes what killed processes left half written, and every image that is neither in
    /// <paramref name="inUse"/> nor was asked for since this process started. Gives the number of images removed.
    /// </summary>
    public Task<int> SweepAsync(IReadOnlySet<string> inUse, CancellationToken cancellation) => Task.Run(
        () =>
        {
            var removed = 0;
            foreach (var folder in Directory.GetDirectories(_folder))
            {
                cancellation.ThrowIfCancellationRequested();
                var name = Path.GetFileName(folder);
                var isOld = PackageHash.FromHex(name) is not null && !inUse.Contains(name) && !_asked.ContainsKey(name);
                if (isOld)
                {
                    // First out of its name: what is half removed must not be found.
                    var withdrawn = PartialNames.Next(_folder);
                    Directory.Move(folder, withdrawn);
                    Remove(withdrawn);
                    removed++;
                }
                else if (PartialNames.IsLeftover(name))
                {
                    Remove(folder);
                }
            }

            return removed;
        },
        cancellation);

    /// <summary>Ends what is being fetched.</summary>
    public void Dispose()
    {
        _disposing.Cancel();
        _disposing.Dispose();
    }

    private async Task<bool> FetchAsync(ImageSource source, PackageHash digest) => Directory.Exists(PathOf(digest)) || await InFolderAsync(
        _fetches, FetchDeadline,
        async (work, deadline) =>
        {
            var configuration = await _fetch.FetchAsync(source, digest.Hex, work, deadline);
            ImageConfiguration.Parse(configuration);
            ImageSize.Check(work, Limits.UnpackedImageBytes, Limits.ImageEntries);
            Publish(work, configuration, digest);
            return true;
        },
        CancellationToken.None);

    // Under its final name once it is whole and on the disk.
    private void Publish(string work, byte[] configuration, PackageHash digest)
    {
        var bundle = Path.Combine(work, "bundle");
        var rootfs = Path.Combine(bundle, "rootfs");
        if (new DirectoryInfo(bundle).LinkTarget is not null || new DirectoryInfo(rootfs) is not { Exists: true, LinkTarget: null })
            throw ImageException.Invalid("Nothing came out of the image.");
        var whole = Path.GetDirectoryName(work)!;
        Directory.Move(rootfs, Path.Combine(whole, "rootfs"));
        Remove(work);
        File.WriteAllBytes(Path.Combine(whole, "image.json"), configuration);
        DurableFiles.FlushFileSystem(_folder);
        Directory.Move(whole, PathOf(digest));
        DurableFiles.FlushNames(_folder);
        Interlocked.Increment(ref _unpacked);
    }

    private async Task<T> InFolderAsync<T>(
        SemaphoreSlim slots, TimeSpan limit, Func<string, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposing.Token);
        deadline.CancelAfter(limit);
        var folder = PartialNames.Next(_folder);
        await slots.WaitAsync(deadline.Token);
        try
        {
            return await work(Directory.CreateDirectory(Path.Combine(folder, "work")).FullName, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ImageException(ImageException.Internal, $"The image was not there within {limit.TotalSeconds:0} seconds.");
        }
        finally
        {
            Remove(folder);
            slots.Release();
        }
    }

    private static RequestError Refusal(string uri, ImageException failure) => failure.Code switch
    {
        ImageException.Deleted => RequestError.InvalidParameter($"Source image {uri} does not exist. Provide a valid source image."),
        ImageException.AccessDenied => new RequestError(ErrorCode.AccessDenied, $"Lambda does not have permission to access the image {uri}. {failure.Message}"),
        _ => RequestError.InvalidParameter($"Source image {uri} is not valid. Provide a valid source image. {failure.Message}"),
    };

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true); // Links inside are removed, never followed.
    }

    private string PathOf(PackageHash digest) => Path.Combine(_folder, digest.Hex);
}

/// <summary>An image on this node, ready to run.</summary>
/// <param name="Root">Its root file system, not to be written to.</param>
internal sealed record UnpackedImage(string Root, ImageConfiguration Configuration);
