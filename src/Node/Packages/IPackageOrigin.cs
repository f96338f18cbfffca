namespace Hearth.Node.Packages;

/// <summary>Where all nodes of a cluster keep their zips, by their SHA-256 in base64.</summary>
internal interface IPackageOrigin
{
    /// <summary>Keeps a zip, whole or not at all; one that is there is kept on, or mended where it is damaged.</summary>
    /// <exception cref="IOException">It could not be kept.</exception>
    Task PutAsync(string sha256, ReadOnlyMemory<byte> zip, CancellationToken cancellation);

    /// <summary>The zip as it was put, unproven; null where it is not there.</summary>
    /// <exception cref="IOException">It cannot be had at the moment.</exception>
    Task<byte[]?> FetchAsync(string sha256, CancellationToken cancellation);

    /// <summary>Removes every zip that is neither in use nor was put within <paramref name="grace"/>; none during an update. Gives their number.</summary>
    /// <exception cref="IOException">The origin is not to be reached.</exception>
    Task<int> SweepAsync(IReadOnlySet<string> inUse, TimeSpan grace, CancellationToken cancellation);
}
