namespace Hearth.CommandLine.Hosting;

/// <summary>What <c>hearth</c> exits with; scripts rely on these numbers.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The function ran and failed, or what was deployed did not become active.</summary>
    public const int FunctionError = 1;

    /// <summary>The arguments, a file or the payload are wrong; the node was not asked to change anything.</summary>
    public const int Usage = 2;

    /// <summary>The node refused: an error of the Lambda API.</summary>
    public const int Refused = 3;

    /// <summary>No node answered.</summary>
    public const int Unreachable = 4;

    /// <summary>Ended by Ctrl-C: 128 and the number of SIGINT, as shells count.</summary>
    public const int Interrupted = 130;

    public const string Table =
        "  0    done\n" +
        "  1    the function failed, or did not become active\n" +
        "  2    wrong usage: arguments, files or payload\n" +
        "  3    refused by the node; its error code and message are printed\n" +
        "  4    no node could be reached\n" +
        "  130  ended by Ctrl-C";
}
