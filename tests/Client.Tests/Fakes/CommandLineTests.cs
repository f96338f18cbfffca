using Hearth.CommandLine;
using Hearth.CommandLine.Hosting;

namespace Hearth.Client.Tests.Fakes;

/// <summary>What one run of <c>hearth</c> left behind.</summary>
public sealed record CommandRun(int ExitCode, string Out, string Error);

/// <summary>A test class that runs <c>hearth</c> in process, against a node and a folder of its own.</summary>
public abstract class CommandLineTests : NodeTests, IDisposable
{
    protected TempFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected Task<CommandRun> RunAsync(params string[] args) => RunAsync(args, input: "");

    protected Task<CommandRun> RunAsync(string[] args, string input, bool canAsk = false, bool isTerminal = false, CancellationToken cancellationToken = default) =>
        RunAtAsync(Node.Endpoint, args, input, canAsk, isTerminal, cancellationToken);

    protected static async Task<CommandRun> RunAtAsync(
        Uri endpoint, string[] args, string input = "", bool canAsk = false, bool isTerminal = false, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var bytes = new MemoryStream();
        using var stdin = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input));
        var terminal = new Terminal(Terminal.Over(output, isTerminal), bytes, Terminal.Over(error, isTerminal), stdin, canAsk, new TestClock());
        var code = await HearthCommand.RunAsync([.. args, "--endpoint", endpoint.ToString()], terminal, cancellationToken);
        return new CommandRun(code, output + System.Text.Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }

    /// <summary>Runs a command whose lines a test waits for.</summary>
    protected async Task<int> RunIntoAsync(LineWaiter output, string[] args, CancellationToken cancellationToken)
    {
        using var stdin = new MemoryStream();
        var terminal = new Terminal(
            Terminal.Over(output, isTerminal: false), Stream.Null, Terminal.Over(TextWriter.Null, isTerminal: false), stdin, CanAsk: false, new TestClock());
        return await HearthCommand.RunAsync([.. args, "--endpoint", Node.Endpoint.ToString()], terminal, cancellationToken);
    }
}
