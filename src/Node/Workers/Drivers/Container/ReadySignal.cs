using System.Text;

namespace Hearth.Node.Workers.Drivers.Container;

/// <summary>Takes what a blank runtime writes until it writes a zero byte: then it is ready for its function.</summary>
internal sealed class ReadySignal : ISandboxOutput
{
    private const int MostBytes = 8_192;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _text = new();

    public Task Ready => _ready.Task;

    /// <summary>What it wrote before, or instead: most likely why it is not ready.</summary>
    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString().Trim();
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        var before = end < 0 ? bytes : bytes[..end];
        lock (_text)
            _text.Append(Encoding.UTF8.GetString(before[..Math.Min(before.Length, MostBytes - Math.Min(MostBytes, _text.Length))]));
        if (end >= 0)
            _ready.TrySetResult();
    }
}
