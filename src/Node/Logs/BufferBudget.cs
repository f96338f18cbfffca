using System.Buffers;

namespace Hearth.Node.Logs;

/// <summary>
/// Bounds the memory of all functions' waiting lines together. A function's first small buffer is always given, so
/// that noisy functions cannot silence quiet ones.
/// </summary>
internal sealed class BufferBudget(long maxBytes)
{
    /// <summary>The first buffer of a function, outside the shared bound.</summary>
    public const int FirstBytes = 16 << 10;

    private long _rented;

    /// <summary>A buffer of at least <paramref name="bytes"/>, or null where the bound is reached.</summary>
    public byte[]? Rent(int bytes)
    {
        if (bytes > FirstBytes && Interlocked.Add(ref _rented, bytes) > maxBytes)
        {
            Interlocked.Add(ref _rented, -bytes);
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        if (bytes > FirstBytes)
            Interlocked.Add(ref _rented, buffer.Length - bytes);
        return buffer;
    }

    public void Return(byte[] buffer)
    {
        if (buffer.Length > FirstBytes)
            Interlocked.Add(ref _rented, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
