using System.Text;
using Spectre.Console;

namespace Hearth.CommandLine.Hosting;

/// <summary>What a command reads and writes, so that tests can hold all of it.</summary>
/// <param name="Out">Results alone.</param>
/// <param name="Output">Under <paramref name="Out"/>, for results that may be no text. Not both in one command.</param>
/// <param name="Error">Everything said to the person: progress, notes, errors.</param>
/// <param name="CanAsk">Whether a person is there to answer a question.</param>
internal sealed record Terminal(IAnsiConsole Out, Stream Output, IAnsiConsole Error, Stream Input, bool CanAsk, TimeProvider Clock)
{
    /// <summary>Waits for a key, Ctrl-C among them; null where no person types.</summary>
    public Func<ConsoleKeyInfo>? ReadKey { get; init; }

    // Spectre wraps and crops at the width; output that a program reads must not be.
    private const int PipeWidth = 100_000;

    public static Terminal OfProcess()
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Terminal(
            Over(Console.Out, !Console.IsOutputRedirected),
            Console.OpenStandardOutput(),
            Over(Console.Error, !Console.IsErrorRedirected),
            Console.OpenStandardInput(),
            !Console.IsInputRedirected && !Console.IsErrorRedirected,
            TimeProvider.System)
        {
            ReadKey = Console.IsInputRedirected || Console.IsOutputRedirected ? null : ReadConsoleKey,
        };
    }

    // While a command runs, Ctrl-C is a signal as ever.
    private static ConsoleKeyInfo ReadConsoleKey()
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return Console.ReadKey(intercept: true);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    /// <summary>A console over a writer: with colours and progress only where it is a terminal.</summary>
    public static IAnsiConsole Over(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
            // The default enrichers switch colours on in CI systems, whose logs are no terminals.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (!isTerminal) console.Profile.Width = PipeWidth;
        return console;
    }
}
