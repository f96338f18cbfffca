using System.Security.Cryptography;
using Hearth.Contracts.Functions;

namespace Hearth.Node.Packages;

/// <summary>A zip's SHA-256 as 64 lowercase hex digits: what names it on disk, where base64 would bring slashes.</summary>
internal readonly record struct PackageHash
{
    private PackageHash(string hex) => Hex = hex;

    public string Hex { get; }

    /// <summary>As <see cref="CodeReference.Sha256"/> spells it.</summary>
    public string Base64 => Convert.ToBase64String(Convert.FromHexString(Hex));

    public static PackageHash Of(ReadOnlySpan<byte> zip) => new(Convert.ToHexStringLower(SHA256.HashData(zip)));

    /// <exception cref="ArgumentException"><paramref name="base64"/> is no SHA-256 in base64.</exception>
    public static PackageHash FromBase64(string base64)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(base64, hash, out var length) && length == hash.Length
            ? new PackageHash(Convert.ToHexStringLower(hash))
            : throw new ArgumentException($"'{base64}' is no SHA-256 in base64.", nameof(base64));
    }

    /// <summary>The hash that a file or folder is named for, or null for any other name.</summary>
    public static PackageHash? FromHex(string name) =>
        name.Length == SHA256.HashSizeInBytes * 2 && name.All(char.IsAsciiHexDigitLower) ? new PackageHash(name) : null;

    public override string ToString() => Hex;
}
