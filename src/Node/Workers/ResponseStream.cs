using System.Buffers;
using System.IO.Pipelines;

namespace Hearth.Node.Workers;

/// <summary>
/// A response on its way from a runtime, which writes it, to whoever holds the outcome, who reads it. Neither knows the other:
/// a reader that is slow stops the writer, one that leaves does not; a writer that is cut off ends what is read.
/// </summary>
internal sealed class ResponseStream
{
    /// <summary>What is kept between the two, in bytes; the writer may exceed it by one write.</summary>
    private const int HeldBytes = 262_144;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: HeldBytes, resumeWriterThreshold: HeldBytes / 2, useSynchronizationContext: false));
    private bool _left;

    /// <summary>The bytes, as they come. To be completed by the reader, before the end where it leaves.</summary>
    public PipeReader Body => _pipe.Reader;

    /// <summary>How it ended: <see cref="OutcomeKind.Succeeded"/>, or <see cref="OutcomeKind.FunctionFailed"/> with the error. The environment is free by then.</summary>
    public Task<InvocationOutcome> Ended => Ending.Task;

    /// <summary>The environment's side of <see cref="Ended"/>.</summary>
    public TaskCompletionSource<InvocationOutcome> Ending { get; } = new();

    /// <summary>Passes bytes on, and waits where the reader is behind. Where it has left, they are dropped: the function goes on.</summary>
    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation)
    {
        if (_left || bytes.IsEmpty)
            return;
        foreach (var segment in bytes)
            _pipe.Writer.Write(segment.Span);
        _left = (await _pipe.Writer.FlushAsync(cancellation)).IsCompleted;
    }

    /// <summary>No more will come, for whatever reason.</summary>
    public void CompleteWriting() => _pipe.Writer.Complete();
}
