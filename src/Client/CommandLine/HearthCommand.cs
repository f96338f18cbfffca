using System.CommandLine;
using System.CommandLine.Invocation;
using Hearth.CommandLine.Commands;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine;

/// <summary>The <c>hearth</c> command: this list is its contents page, one file a command under Commands/.</summary>
internal static class HearthCommand
{
    private const string Description =
        "Deploys, runs and inspects Lambda functions on a Hearth node.\n\n" +
        "Exit codes:\n" + ExitCode.Table;

    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var host = new CommandHost(terminal);
        var root = new RootCommand(Description)
        {
            DeployCommand.Create(host),
            InvokeCommand.Create(host),
            ListCommand.Create(host),
            ShowCommand.Create(host),
            LogsCommand.Create(host),
            DeleteCommand.Create(host),
            RuntimesCommand.Create(host),
            EgressCommand.Create(host),
            ClusterCommand.Create(host),
            ShardingCommand.Create(host),
            NodeCommand.Create(host),
            FunctionCommand.Create(host),
            EnvironmentCommand.Create(host),
            ActorCommand.Create(host),
            LogCommand.Create(host),
            ShellCommand.Create(host),
            host.Globals.Endpoint,
            host.Globals.Certificates,
            host.Globals.Json,
        };
        // Without response files: a payload may begin with '@'.
        var parsed = root.Parse(args.Count == 0 ? [terminal.ReadKey is null ? "--help" : ShellCommand.Name] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction) return host.RefuseArguments(parsed);

        var invocation = new InvocationConfiguration
        {
            Output = terminal.Out.Profile.Out.Writer,
            Error = terminal.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
        };
        // Ctrl-C ends what the shell carries out, and not the shell.
        if (parsed.CommandResult.Command.Name == ShellCommand.Name) invocation.ProcessTerminationTimeout = null;
        return await parsed.InvokeAsync(invocation, cancellationToken);
    }
}
