using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;
using Hearth.Node.DataChannel;
using Hearth.Node.Logs;
using Hearth.Node.Wire;
using Hearth.Node.Workers;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Wire;

/// <summary>Everything that another version of the node may have to read, as text: a kind, and how each of that kind is written and read.</summary>
internal sealed class RecordedForms(ExtendedActorSystem system)
{
    private const string Invocation = "channel:invocation", Outcome = "channel:outcome", Query = "channel:logs", Line = "channel:line", Frames = "channel:frames", Row = "table:configuration";

    private static readonly JsonTypeInfo[] Json =
        [ChannelJson.Default.InvocationHead, ChannelJson.Default.OutcomeHead, ChannelJson.Default.LogQuery, ApiJson.Relaxed.LogLine, ApiJson.Relaxed.FunctionConfiguration];

    private static readonly string[] JsonKinds = [Invocation, Outcome, Query, Line, Row];

    private readonly WireSerializer _serializer = new(system);

    /// <summary>Samples as this version writes them.</summary>
    public IEnumerable<(string Kind, string Text)> Written()
    {
        foreach (var sample in WireSamples.All)
            yield return (_serializer.Manifest(sample), Encoding.UTF8.GetString(_serializer.ToBinary(sample)));
        foreach (var (kind, value) in Others())
            yield return (kind, Write(kind, value));
        foreach (var ended in Outcomes())
            yield return (Frames, Convert.ToHexStringLower(FramesOf("hello"u8.ToArray(), ended)));
    }

    /// <summary>What another version has written, read by this one and written again.</summary>
    public async Task<string> ReadAndWriteAsync(string kind, string text)
    {
        if (kind == Frames)
            return Convert.ToHexStringLower(await ReadAndWriteAsync(Convert.FromHexString(text)));
        if (JsonKinds.Contains(kind))
            return Write(kind, JsonSerializer.Deserialize(text, TypeOf(kind))!);
        var message = _serializer.FromBinary(Encoding.UTF8.GetBytes(text), kind);
        Assert.Equal(kind, _serializer.Manifest(message));
        return Encoding.UTF8.GetString(_serializer.ToBinary(message));
    }

    /// <summary>As JSON, of which a later version may have more members: of frames what is in each.</summary>
    public static string Readable(string kind, string text)
    {
        if (kind != Frames)
            return text;
        var (bytes, frames) = (Convert.FromHexString(text).AsMemory(), new List<ReadOnlyMemory<byte>>());
        while (bytes.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span);
            frames.Add(bytes.Slice(sizeof(int), length));
            bytes = bytes[(sizeof(int) + length)..];
        }

        return $$"""{"Chunks":"{{string.Join(' ', frames.SkipLast(2).Select(frame => Convert.ToHexString(frame.Span)))}}","Head":{{Encoding.UTF8.GetString(frames[^2].Span)}},"Payload":"{{Convert.ToHexString(frames[^1].Span)}}"}""";
    }

    private static JsonTypeInfo TypeOf(string kind) => Json[Array.IndexOf(JsonKinds, kind)];

    private static string Write(string kind, object value) => JsonSerializer.Serialize(value, TypeOf(kind));

    private static IEnumerable<(string Kind, object Value)> Others()
    {
        var lease = Lease(Environment(1));
        yield return (Invocation, InvocationHead.Of(new Invocation("r1", default, "arn:grüße", "{\"client\":1}", "Root=1", WantsLogTail: true, WantsStream: true), lease));
        yield return (Invocation, InvocationHead.Of(new Invocation("r1", default, "arn", null, "Root=1", WantsLogTail: false), lease));
        foreach (var outcome in Outcomes())
            yield return (Outcome, OutcomeHead.Of(outcome));
        yield return (Query, new LogQuery());
        yield return (Query, new LogQuery(Time, 100, Follow: true));
        yield return (Line, new LogLine(Time, "2026/11/02/[$LATEST]e1", "grüßt \"alle\" <&>"));
        yield return (Row, WireSamples.All.OfType<FunctionDescribed>().First().Configuration);
    }

    private static IEnumerable<InvocationOutcome> Outcomes()
    {
        yield return new InvocationOutcome(OutcomeKind.Succeeded, "{}"u8.ToArray(), LeaseOutcome.Reusable, [1, 2, 3]);
        yield return new InvocationOutcome(OutcomeKind.FunctionFailed, PlatformErrors.Body(PlatformErrors.TimedOut, "late"), LeaseOutcome.Gone, TimedOut: true);
        yield return InvocationOutcome.NotStarted;
        yield return InvocationOutcome.Refused(RequestError.Throttled(ThrottleReason.ConcurrentInvocationLimitExceeded));
    }

    private static byte[] FramesOf(byte[] chunk, InvocationOutcome ended)
    {
        using var bytes = new MemoryStream();
        var pipe = PipeWriter.Create(bytes, new StreamPipeWriterOptions(leaveOpen: true));
        ChannelFrames.Write(pipe, new ReadOnlySequence<byte>(chunk));
        ChannelFrames.WriteEnding(pipe, ended);
        pipe.Complete();
        return bytes.ToArray();
    }

    private static async Task<byte[]> ReadAndWriteAsync(byte[] frames)
    {
        var stream = new ResponseStream();
        var ended = await ChannelFrames.ReadAsync(PipeReader.Create(new ReadOnlySequence<byte>(frames)), stream, CancellationToken.None);
        Assert.True(stream.Body.TryRead(out var read));
        return FramesOf(read.Buffer.ToArray(), ended);
    }
}
