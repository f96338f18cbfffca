using System.Buffers;
using System.Text;
using System.Text.Json;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Hearth.Contracts.Api;
using Hearth.Contracts.EventStreams;

namespace Conformance.Tests.Streaming;

/// <summary>A streaming invocation as its caller sees it, message by message.</summary>
internal sealed class StreamReader(HttpResponseMessage response, Stream body) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private byte[] _received = [];

    public HttpResponseMessage Response => response;

    public string RequestId => response.Headers.GetValues("x-amzn-RequestId").Single();

    public static string Path(TestFunction function) => $"2021-11-15/functions/{function.Name}/response-streaming-invocations";

    public static async Task<StreamReader> InvokeAsync(Node node, TestFunction function, string payload = "{}", bool tail = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, Path(function))) { Content = new StringContent(payload) };
        if (tail)
            request.Headers.Add("X-Amz-Log-Type", "Tail");
        var response = await node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((200, EventStream.ContentType), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal("$LATEST", response.Headers.GetValues("X-Amz-Executed-Version").Single());
        return new StreamReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event, or null at the end of the stream.</summary>
    public async Task<EventStreamMessage?> NextAsync()
    {
        using var late = new CancellationTokenSource(Deadline);
        var buffer = new byte[65_536];
        while (true)
        {
            var rest = new ReadOnlySequence<byte>(_received);
            if (EventStream.Read(ref rest) is { } message)
            {
                _received = rest.ToArray();
                Assert.Equal("event", message.MessageType);
                return message;
            }

            var count = await body.ReadAsync(buffer, late.Token);
            if (count == 0)
            {
                Assert.Empty(_received);
                return null;
            }

            _received = [.. _received, .. buffer.AsSpan(0, count)];
        }
    }

    /// <summary>The bytes up to now and those to come, until they are at least so many.</summary>
    public async Task<string> TextAsync(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            var message = await NextAsync();
            Assert.Equal(InvokeComplete.ChunkEvent, message?.EventType);
            text.Append(Encoding.UTF8.GetString(message!.Payload.Span));
        }

        return text.ToString();
    }

    /// <summary>Everything that is still to come, and how it ended.</summary>
    public async Task<(string Text, InvokeComplete End)> RestAsync()
    {
        var text = new StringBuilder();
        while (await NextAsync() is { } message)
        {
            if (message.EventType == InvokeComplete.Event)
            {
                Assert.Null(await NextAsync());
                return (text.ToString(), JsonSerializer.Deserialize(message.Payload.Span, ApiJson.Relaxed.InvokeComplete)!);
            }

            text.Append(Encoding.UTF8.GetString(message.Payload.Span));
        }

        throw new InvalidOperationException($"The stream ended without {InvokeComplete.Event}; it had {text.Length} bytes.");
    }

    public void Dispose() => response.Dispose();
}
