using System.CommandLine;
using Hearth.CommandLine.Deploying;

namespace Hearth.CommandLine.Commands;

/// <summary>The options of <c>hearth deploy</c> that are settings of the function. The node checks their bounds.</summary>
internal sealed class DeployOptions
{
    private readonly Option<string?> _name = new("--name") { Description = "The function's name. Default: the folder's.", HelpName = "N" };
    private readonly Option<string?> _runtime = new("--runtime") { Description = "As `hearth runtimes` lists. Default: guessed from the files.", HelpName = "R" };
    private readonly Option<string?> _handler = new("--handler") { Description = "For example app.handler. Default: guessed from the files.", HelpName = "H" };
    private readonly Option<int?> _memory = new("--memory") { Description = "Memory in MB. Default: 128", HelpName = "MB" };
    private readonly Option<int?> _timeout = new("--timeout") { Description = "Timeout in seconds. Default: 3", HelpName = "S" };
    private readonly Option<string[]> _environment = new("--env") { Description = "An environment variable; may be repeated.", HelpName = "K=V", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _description = new("--description") { Description = "A text to find the function by.", HelpName = "TEXT" };
    private readonly Option<string?> _role = new("--role") { Description = "A role's ARN, for tools that want to see one.", HelpName = "ARN" };

    public DeployOptions() => _environment.Validators.Add(result =>
    {
        foreach (var token in result.Tokens)
        {
            if (token.Value.IndexOf('=') < 1) result.AddError($"--env '{token.Value}' is not of the form NAME=VALUE.");
        }
    });

    public void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_name, _runtime, _handler, _memory, _timeout, _environment, _description, _role])
            command.Options.Add(option);
    }

    public DeploySettings Read(ParseResult parsed) => new(
        parsed.GetValue(_name),
        parsed.GetValue(_runtime),
        parsed.GetValue(_handler),
        parsed.GetValue(_memory),
        parsed.GetValue(_timeout),
        Variables(parsed.GetValue(_environment)),
        parsed.GetValue(_description),
        parsed.GetValue(_role));

    // The last of two that name the same variable wins, as in a shell.
    private static Dictionary<string, string>? Variables(string[]? given) => given is null or [] ? null : given
        .Select(text => text.Split('=', 2))
        .GroupBy(pair => pair[0])
        .ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
}
