using System.Diagnostics.CodeAnalysis;
using Hearth.Contracts;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.Packages.Extraction;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Node.Packages;

/// <summary>
/// Code packages by their content: the zips (<c>zips/{hash}.zip</c>) and their extracted trees (<c>code/{hash}/</c>),
/// two stores that know nothing of each other. In a cluster, zips that are not here are fetched from where all nodes keep theirs.
/// Promises: a package is served whole or not at all, whatever was killed; equal content is kept and extracted once,
/// however many ask at the same time.
/// </summary>
internal sealed class PackageStore
{
    /// <summary>
    /// How long a package is kept after it was last asked for though no function names it: the time in which the caller
    /// of <see cref="AddAsync"/> records its function.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private readonly ZipFolder _zips;
    private readonly ExtractedPackages _extracted;
    private readonly TimeProvider _time;
    private readonly IPackageOrigin? _origin;
    private readonly OncePerHash _once = new();
    private readonly Dictionary<PackageHash, long> _lastAsked = [];
    private readonly Lock _useLock = new();

    /// <param name="root">Made if it does not exist.</param>
    /// <param name="origin">Null where this folder is the only place.</param>
    public PackageStore(string root, TimeProvider time, IPackageOrigin? origin = null)
    {
        _zips = new ZipFolder(Path.Combine(root, "zips"));
        _extracted = new ExtractedPackages(Path.Combine(root, "code"));
        _time = time;
        _origin = origin;
    }

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>How many packages this process has extracted.</summary>
    public int Extractions => _extracted.Extractions;

    /// <summary>Checks, extracts and keeps a zip. A cancelled caller stops waiting; the work goes on for the others.</summary>
    /// <param name="zip">Not to be written to after the call: the work may outlive a cancelled task.</param>
    public async Task<PackageAdded> AddAsync(ReadOnlyMemory<byte> zip, CancellationToken cancellation)
    {
        try
        {
            if (zip.Length > Limits.ZippedPackageBytes)
                throw BadPackageException.Zipped(Limits.ZippedPackageBytes);
            var hash = await Task.Run(() => PackageHash.Of(zip.Span), cancellation);
            NoteUse(hash);
            // More than once only where it met an extraction that had no zip to work on, or a damaged one.
            while (!(_zips.Contains(hash) && _extracted.Contains(hash)))
                await KeepOnceAsync(hash, zip, cancellation);
            if (_origin is not null)
                await _origin.PutAsync(hash.Base64, zip, cancellation);
            return new PackageAdded.Stored(new CodeReference(hash.Base64, zip.Length));
        }
        catch (BadPackageException refusal)
        {
            return new PackageAdded.Refused(refusal.Error);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Logger.LogWarning("A package could not be stored: {Reason}", failure.Message);
            return new PackageAdded.Refused(new RequestError(ErrorCode.ServiceUnavailable, "The package cannot be stored at the moment; nothing was changed. Try again."));
        }
    }

    /// <summary>The folder of the extracted package, extracting it first where only its zip is here; null where neither is.</summary>
    /// <exception cref="ArgumentException">The reference holds no SHA-256.</exception>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    /// <exception cref="InvalidDataException">The zip on disk is damaged.</exception>
    public async Task<string?> EnsureExtractedAsync(CodeReference code, CancellationToken cancellation)
    {
        var hash = PackageHash.FromBase64(code.Sha256);
        NoteUse(hash);
        return _extracted.Contains(hash) || await _once.RunAsync(hash, () => ExtractAsync(hash), cancellation) ? _extracted.PathOf(hash) : null;
    }

    /// <summary>The folder of a package that is extracted already. Costs one look at the file system's cache.</summary>
    public bool TryGetTaskDirectory(CodeReference code, [NotNullWhen(true)] out string? directory)
    {
        var hash = PackageHash.FromBase64(code.Sha256);
        directory = _extracted.Contains(hash) ? _extracted.PathOf(hash) : null;
        return directory is not null;
    }

    /// <summary>The zip as it was uploaded, or null where there is none. It can be read on while the package is swept.</summary>
    /// <exception cref="IOException">The disk is full or failed, or where it is to be fetched from is not to be reached.</exception>
    public async Task<Stream?> OpenZipAsync(CodeReference code, CancellationToken cancellation)
    {
        var hash = PackageHash.FromBase64(code.Sha256);
        if (_zips.Open(hash) is { } here)
            return here;
        NoteUse(hash);
        while (await _once.RunAsync(hash, async () => await ZipAsync(hash) is not null, cancellation))
        {
            // Not here yet only where it met work on what was extracted already, which needs no zip.
            if (_zips.Open(hash) is { } fetched)
                return fetched;
        }

        return null;
    }

    /// <summary>
    /// Removes what killed processes left half written, and every package that is neither in
    /// <paramref name="inUseSha256"/> nor asked for within <see cref="Grace"/>. Gives the number of packages removed.
    /// </summary>
    /// <param name="inUseSha256">
    /// SHA-256 in base64 of all that functions name and environments still run: what is missing here is removed.
    /// </param>
    public Task<int> SweepAsync(IReadOnlySet<string> inUseSha256, CancellationToken cancellation) =>
        Task.Run(() => Sweep(inUseSha256, cancellation), cancellation);

    private int Sweep(IReadOnlySet<string> inUse, CancellationToken cancellation)
    {
        _zips.DeleteLeftovers();
        _extracted.DeleteLeftovers();
        var removed = 0;
        foreach (var hash in _zips.All().Union(_extracted.All()).Where(hash => !inUse.Contains(hash.Base64)).ToArray())
        {
            cancellation.ThrowIfCancellationRequested();
            string? withdrawn;
            lock (_useLock)
            {
                // Whoever asks for the hash notes it under this lock before looking for it, so what is spared here is
                // found there, and what is withdrawn here is stored anew there.
                if (!ForgetIfUnused(hash))
                    continue;
                _zips.Delete(hash);
                withdrawn = _extracted.Withdraw(hash);
            }

            if (withdrawn is not null)
                ExtractedPackages.Discard(withdrawn);
            removed++;
        }

        return removed;
    }

    private bool ForgetIfUnused(PackageHash hash)
    {
        if (_once.IsRunning(hash))
            return false;
        if (_lastAsked.TryGetValue(hash, out var asked) && _time.GetElapsedTime(asked) < Grace)
            return false;
        _lastAsked.Remove(hash);
        return true;
    }

    private void NoteUse(PackageHash hash)
    {
        lock (_useLock)
            _lastAsked[hash] = _time.GetTimestamp();
    }

    private async Task KeepOnceAsync(PackageHash hash, ReadOnlyMemory<byte> zip, CancellationToken cancellation)
    {
        try
        {
            await _once.RunAsync(hash, () => KeepAsync(hash, zip), cancellation);
        }
        catch (InvalidDataException)
        {
            // What was joined found the zip on disk damaged. Ours is not: the next round puts it in its place.
        }
    }

    private async Task<bool> KeepAsync(PackageHash hash, ReadOnlyMemory<byte> zip)
    {
        // Extracted first: a zip under its name has been proven to be one. Saved even over a zip that is there already:
        // it could not serve the extraction that is missing.
        await _extracted.AddAsync(hash, zip);
        _zips.Save(hash, zip.Span);
        return true;
    }

    // From here, or fetched to here.
    private async Task<byte[]?> ZipAsync(PackageHash hash)
    {
        try
        {
            if (_zips.Read(hash) is { } here)
                return here;
        }
        catch (InvalidDataException) when (_origin is not null)
        {
            // Damaged on this disk; the origin's is put in its place.
        }

        if (_origin is null || await _origin.FetchAsync(hash.Base64, CancellationToken.None) is not { } zip)
            return null;
        if (PackageHash.Of(zip) != hash)
            throw new IOException($"The package {hash} was fetched, and is damaged: its SHA-256 is another.");
        _zips.Save(hash, zip);
        return zip;
    }

    private async Task<bool> ExtractAsync(PackageHash hash)
    {
        if (_extracted.Contains(hash))
            return true;
        if (await ZipAsync(hash) is not { } zip)
            return false;
        try
        {
            await _extracted.AddAsync(hash, zip);
            return true;
        }
        catch (BadPackageException refusal)
        {
            throw new InvalidDataException($"Package {hash} was stored, but is refused now: {refusal.Message}", refusal);
        }
    }
}
