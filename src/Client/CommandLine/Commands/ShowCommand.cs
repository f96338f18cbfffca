using System.CommandLine;
using System.Globalization;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;
using Spectre.Console;

namespace Hearth.CommandLine.Commands;

/// <summary>What <c>hearth show --json</c> prints.</summary>
internal sealed record ShowReport(FunctionConfiguration Configuration, int ConcurrencyLimit, IReadOnlyList<EnvironmentDescription> Environments);

/// <summary><c>hearth show</c>: a function's configuration and its execution environments.</summary>
internal static class ShowCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("show", "Show a function's configuration and its execution environments.") { host.Globals.FunctionName };
        host.Handle(command, (parsed, session, cancellationToken) =>
            RunAsync(parsed.GetRequiredValue(host.Globals.FunctionName), session, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, Session session, CancellationToken cancellationToken)
    {
        var function = await session.Client.GetFunctionConfigurationAsync(name, cancellationToken);
        var fleet = await session.Client.ListEnvironmentsAsync(function.FunctionName, cancellationToken);
        if (session.Json)
        {
            session.WriteJson(new ShowReport(function, fleet.ConcurrencyLimit, fleet.Environments), CommandJson.Indented.ShowReport);
            return ExitCode.Ok;
        }

        PrintConfiguration(function, session.Out);
        PrintEnvironments(fleet, session.Out);
        return ExitCode.Ok;
    }

    private static void PrintConfiguration(FunctionConfiguration function, IAnsiConsole console)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().Padding(0, 0, 2, 0)).AddColumn();
        void Row(string label, string? value)
        {
            if (!string.IsNullOrEmpty(value)) grid.AddRow(new Text(label), new Text(value));
        }

        Row("Name", function.FunctionName);
        Row("Description", function.Description);
        Row("ARN", function.FunctionArn);
        Row("Runtime", $"{function.Runtime ?? "container image"}, {string.Join(", ", function.Architectures)}");
        Row("Handler", function.Handler);
        Row("Memory", $"{function.MemorySize} MB, /tmp {function.EphemeralStorage.Size} MB");
        Row("Timeout", $"{function.Timeout} s");
        Row("Code", $"{Output.Size(function.CodeSize)}, sha256 {function.CodeSha256}");
        Row("Role", function.Role);
        Row("State", WithReason(function.State.ToString(), function.StateReason));
        Row("Last update", WithReason(function.LastUpdateStatus?.ToString(), function.LastUpdateStatusReason));
        Row("Last modified", function.LastModified);
        foreach (var (key, value) in (function.Environment?.Variables ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Row("Variable", $"{key}={value}");
        console.Write(grid);
    }

    private static string? WithReason(string? state, string? reason) => reason is null ? state : $"{state}: {reason}";

    private static void PrintEnvironments(ListEnvironmentsResponse fleet, IAnsiConsole console)
    {
        console.Say($"Environments: {fleet.Environments.Count} of at most {fleet.ConcurrencyLimit}");
        if (fleet.Environments.Count == 0) return;
        var table = console.TableFor("Environment", "State", "Invocations", "Started", "Idle since", "Cold start");
        foreach (var environment in fleet.Environments)
        {
            table.AddTextRow(
                environment.EnvironmentId,
                environment.State,
                environment.Invocations.ToString(),
                $"{environment.StartedAt.UtcDateTime:u}",
                environment.IdleSince is { } since ? $"{since.UtcDateTime:u}" : "",
                environment.Start is { } start ? Phases(start) : "");
        }

        console.Write(table);
    }

    // As "7.5 ms: placement 0.1, queue 0.1, package 0.0, sandbox 1.1, init 6.2 (blank)".
    private static string Phases(EnvironmentStart start)
    {
        var init = start.InitMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:F1}") : "under way";
        var total = start.PlacementMs + start.QueueMs + start.PackageMs + start.SandboxMs + (start.InitMs ?? 0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{total:F1} ms: placement {start.PlacementMs:F1}, queue {start.QueueMs:F1}, package {start.PackageMs:F1}, sandbox {start.SandboxMs:F1}, init {init}{(start.Blank ? " (blank)" : "")}");
    }
}
