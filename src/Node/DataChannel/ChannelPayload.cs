using System.Net;

namespace Hearth.Node.DataChannel;

/// <summary>
/// An invocation's payload on its way to a worker, and whether any of it may have left this node: a worker begins nothing before it has
/// the whole.
/// </summary>
internal sealed class ChannelPayload(ReadOnlyMemory<byte> bytes) : HttpContent
{
    private volatile bool _isSent;

    /// <summary>False while the connection has not been made, or the worker has not asked for it.</summary>
    public bool IsSent => _isSent;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _isSent = true;
        return stream.WriteAsync(bytes, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
