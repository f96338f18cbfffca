using System.CommandLine;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth cluster</c>: the cluster's members, and their coming and going.</summary>
internal static class ClusterCommand
{
    public static Command Create(CommandHost host) => new("cluster", "Look at the cluster's members; have them leave.")
    {
        Show(host), Members(host), Status(host), Leave(host), Down(host), Tail(host),
    };

    private static Command Show(CommandHost host)
    {
        var command = new Command("show", "Show the members: address, roles, status, for how long.");
        host.Handle(command, async (_, session, cancellationToken) =>
        {
            var cluster = await session.Client.ShowClusterAsync(cancellationToken);
            if (session.Json) session.WriteJson(cluster, CommandJson.Indented.ShowClusterResponse);
            else Print(cluster, session);
            session.NoteUnanswered(cluster.Unanswered);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(ShowClusterResponse cluster, Session session)
    {
        var now = session.Terminal.Clock.GetUtcNow();
        var table = session.Out.TableFor("Address", "Roles", "Status", "Up since", "Up for", "");
        foreach (var member in cluster.Members)
        {
            table.AddTextRow(
                member.Address,
                $"[{string.Join(',', member.Roles)}]",
                member.Status.ToLowerInvariant(),
                member.UpSince is { } since ? $"{since.UtcDateTime:u}" : "",
                Output.Age(now - member.UpSince),
                Marks(member));
        }

        session.Out.Write(table);
        session.Out.Say($"Count: {cluster.Members.Count} nodes");
    }

    private static string Marks(MemberDescription member) =>
        string.Join(", ", new[] { member.Leader ? "leader" : "", member.Reachable ? "" : "unreachable" }.Where(mark => mark.Length > 0));

    private static Command Members(CommandHost host)
    {
        var command = new Command("members", "List the members as this node sees them, without asking any other.");
        host.Handle(command, async (_, session, cancellationToken) =>
        {
            var members = (await session.Client.GetClusterStatusAsync(cancellationToken)).Members;
            if (session.Json) session.WriteJson(members, CommandJson.Indented.IReadOnlyListMemberDescription);
            foreach (var member in session.Json ? [] : members) session.Out.Say($"{member.Address} | {member.Status.ToLowerInvariant()}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Status(CommandHost host)
    {
        var command = new Command("status", "Show this node's own view: its status, the leader, who is unreachable, whether all agree.");
        host.Handle(command, async (_, session, cancellationToken) =>
        {
            var status = await session.Client.GetClusterStatusAsync(cancellationToken);
            if (session.Json)
            {
                session.WriteJson(status, CommandJson.Indented.ClusterStatusResponse);
                return ExitCode.Ok;
            }

            session.Out.Say($"Node:        {status.Address}, {status.Status.ToLowerInvariant()}");
            session.Out.Say($"Leader:      {status.Leader ?? "none"}");
            foreach (var (role, leader) in status.RoleLeaders) session.Out.Say($"             {leader} of {role}");
            session.Out.Say($"Unreachable: {(status.Unreachable.Count == 0 ? "none" : string.Join(", ", status.Unreachable))}");
            session.Out.Say($"Converged:   {(status.Converged ? "yes" : "no; until then no member comes or goes")}");
            session.Out.Say($"Count: {status.Members.Count} nodes");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Leave(CommandHost host)
    {
        var address = host.Globals.LeavingAddress;
        var yes = Confirmation.Option();
        var command = new Command("leave", "Have a member leave the cluster in order.") { address, yes };
        host.Handle(command, (parsed, session, cancellationToken) => ChangeAsync(
            $"Have {parsed.GetValue(address) ?? session.Client.Endpoint.ToString()} leave the cluster?", "leaves", parsed.GetValue(yes), session,
            () => session.Client.LeaveClusterAsync(parsed.GetValue(address), cancellationToken), cancellationToken));
        return command;
    }

    private static Command Down(CommandHost host)
    {
        var address = host.Globals.MemberAddress;
        var yes = Confirmation.Option();
        var command = new Command("down", "Declare a member gone for ever: for one whose machine does not run any more.") { address, yes };
        host.Handle(command, (parsed, session, cancellationToken) => ChangeAsync(
            $"Declare {parsed.GetValue(address)} gone?", "is declared gone", parsed.GetValue(yes), session,
            () => session.Client.DownMemberAsync(parsed.GetRequiredValue(address), cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> ChangeAsync(
        string question, string done, bool isSure, Session session, Func<Task<ClusterChangeResponse>> change, CancellationToken cancellationToken)
    {
        if (!await Confirmation.AskAsync(question, isSure, session, cancellationToken))
        {
            session.Note("Left as it is");
            return ExitCode.Ok;
        }

        var answer = await change();
        if (session.Json) session.WriteJson(answer, CommandJson.Indented.ClusterChangeResponse);
        else session.Out.Say($"{answer.Address} {done}");
        return ExitCode.Ok;
    }

    private static Command Tail(CommandHost host)
    {
        var time = Durations.Option("--for", "TIME", "End after this: 30s, 10m, 2h. Default: with Ctrl-C.");
        var command = new Command("tail", "Print the members as they are, and each change of them as it comes.") { time };
        host.Handle(command, (parsed, session, cancellationToken) => Durations.RunForAsync(parsed.GetValue(time), session.Terminal.Clock, async stop =>
        {
            await foreach (var line in session.Client.ReadClusterEventsAsync(stop))
                session.WriteLine(line, ApiJson.Relaxed.ClusterEventLine, line => (line.Timestamp, $"{line.Event} {line.Address ?? "none"}{Roles(line)}"));
        }, cancellationToken));
        return command;
    }

    private static string Roles(ClusterEventLine line) => line.Roles is null ? "" : $" [{string.Join(',', line.Roles)}]";
}
