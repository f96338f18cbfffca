using System.CommandLine;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth actor tree</c>: a node's actors.</summary>
internal static class ActorCommand
{
    private const int MaxDepth = 10;

    public static Command Create(CommandHost host) => new("actor", "Look at a node's actors.") { Tree(host) };

    private static Command Tree(CommandHost host)
    {
        var depth = new Option<int?>("--depth", "-d") { Description = $"Levels below the root, 1 to {MaxDepth}. Default: 4", HelpName = "N" };
        depth.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var levels) && levels is < 1 or > MaxDepth)
                result.AddError($"--depth must be 1 to {MaxDepth}.");
        });
        var command = new Command("tree", "Print a node's actors as a tree, each with how many children it has.") { depth, host.Globals.Node };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            var answer = await session.Client.ListActorsAsync(parsed.GetValue(host.Globals.Node), parsed.GetValue(depth), cancellationToken);
            if (session.Json) session.WriteJson(answer, CommandJson.Indented.ListActorsResponse);
            else Print(answer, session);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(ListActorsResponse answer, Session session)
    {
        session.Out.Say(answer.Address);
        foreach (var actor in answer.Actors)
            session.Out.Say($"{new string(' ', 2 * actor.Depth)}{actor.Name}{(actor.Children > 0 ? $" ({actor.Children})" : "")}");
        if (answer.Omitted > 0) session.Note($"{answer.Omitted} more actors are not shown");
    }
}
