using System.Text;
using System.Threading.Channels;

namespace Hearth.Client.Tests.Fakes;

/// <summary>A writer whose lines a test can wait for.</summary>
public sealed class LineWaiter : TextWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }

        _lines.Writer.TryWrite(_line.ToString());
        _line.Clear();
    }

    public ValueTask<string> NextLineAsync() => _lines.Reader.ReadAsync();
}
