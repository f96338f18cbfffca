using System.Text;
using Hearth.Node.Workers.Drivers;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>Keeps what a sandbox writes, and lets a test wait for a text in it.</summary>
internal sealed class CollectingOutput : ISandboxOutput
{
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource changed;
        lock (_text)
        {
            _text.Append(Encoding.UTF8.GetString(bytes));
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    public async Task<string> WaitForAsync(string text)
    {
        while (true)
        {
            Task changed;
            lock (_text)
            {
                if (_text.ToString().Contains(text, StringComparison.Ordinal))
                    return _text.ToString();
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(SandboxBench.Deadline);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"\"{text}\" did not come. So far: {Text}");
            }
        }
    }
}
