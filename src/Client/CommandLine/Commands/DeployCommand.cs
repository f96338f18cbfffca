using System.CommandLine;
using Hearth.CommandLine.Deploying;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth deploy</c>: makes the node run what is in a folder; does nothing where it does already.</summary>
internal static class DeployCommand
{
    private const string Folder =
        "The folder to deploy. Settings may also stand in its hearth.json (name, runtime, handler, memory, timeout, " +
        "environment, description, role); options win. Left out of the package: .git, __pycache__, hearth.json, " +
        ".hearthignore, and what .hearthignore lists, a pattern a line.";

    public static Command Create(CommandHost host)
    {
        var folder = new Argument<string>("DIR") { Description = Folder };
        var options = new DeployOptions();
        var command = new Command("deploy", "Zip a folder, create or update its function, and wait until it is active.") { folder };
        options.AddTo(command);
        host.Handle(command, (parsed, session, cancellationToken) =>
            RunAsync(parsed.GetRequiredValue(folder), options.Read(parsed), session, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string folder, DeploySettings flags, Session session, CancellationToken cancellationToken)
    {
        var plan = await session.WithProgressAsync(
            $"Packing {folder}", _ => DeployPlan.MakeAsync(folder, flags, session.Client, cancellationToken));
        if (plan.Guessed is not null) session.Note(plan.Guessed);
        var report = await session.WithProgressAsync(
            $"Deploying {plan.Settings.Name}", step => Deployment.RunAsync(plan, session.Client, step, cancellationToken));

        if (session.Json) session.WriteJson(report, CommandJson.Indented.DeployReport);
        else Print(report, session);
        return ExitCode.Ok;
    }

    private static void Print(DeployReport report, Session session)
    {
        var function = report.Configuration;
        session.Out.Say(report.Action switch
        {
            "created" => $"Created {report.FunctionName}: {function.Runtime}, {function.Handler}, {function.MemorySize} MB, {function.Timeout} s",
            "updated" => $"Updated {report.FunctionName}: {string.Join(", ", report.Changes)}",
            _ => $"{report.FunctionName} is up to date: the same code, the same settings",
        });
        session.Out.Say($"Code: {Output.Size(report.CodeSize)}, {(report.Files == 1 ? "1 file" : $"{report.Files} files")}, sha256 {report.CodeSha256}");
    }
}
