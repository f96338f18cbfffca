using System.CommandLine;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;
using Hearth.Contracts.Identity;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth node</c>: the machines of the cluster.</summary>
internal static class NodeCommand
{
    public static Command Create(CommandHost host) => new("node", "Look at nodes; drain one.") { List(host), Show(host), Drain(host) };

    private static Command List(CommandHost host)
    {
        var command = new Command("list", "List the nodes: roles, version, environments, memory.");
        host.Handle(command, async (_, session, cancellationToken) =>
        {
            var answer = await session.Client.ListNodesAsync(cancellationToken);
            if (session.Json) session.WriteJson(answer, CommandJson.Indented.ListNodesResponse);
            else Print(answer, session);
            session.NoteUnanswered(answer.Unanswered);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(ListNodesResponse answer, Session session)
    {
        var now = session.Terminal.Clock.GetUtcNow();
        var table = session.Out.TableFor("Node", "Address", "Roles", "Version", "Up", "Environments", "Memory", "Blanks", "Status");
        foreach (var node in answer.Nodes)
        {
            table.AddTextRow(
                node.NodeId, node.Address, string.Join(',', node.Roles), node.Version, Output.Age(now - node.StartedAt), node.Environments.ToString(),
                Memory(node), node.Blanks.ToString(), Status(node));
        }

        foreach (var address in answer.Unanswered) table.AddTextRow("", address, "", "", "", "", "", "", "did not answer");
        session.Out.Write(table);
    }

    private static Command Show(CommandHost host)
    {
        var command = new Command("show", "Show one node.") { host.Globals.NodeName };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            var node = await session.Client.GetNodeAsync(parsed.GetRequiredValue(host.Globals.NodeName), cancellationToken);
            if (session.Json)
            {
                session.WriteJson(node, CommandJson.Indented.NodeDescription);
                return ExitCode.Ok;
            }

            var now = session.Terminal.Clock.GetUtcNow();
            session.Out.Say($"Node          {node.NodeId}");
            session.Out.Say($"Address       {node.Address}");
            session.Out.Say($"Roles         {(node.Roles.Count == 0 ? "none" : string.Join(", ", node.Roles))}");
            session.Out.Say($"Status        {Status(node)}");
            session.Out.Say($"Version       {node.Version}");
            session.Out.Say($"Started       {node.StartedAt.UtcDateTime:u}, {Output.Age(now - node.StartedAt)} ago");
            session.Out.Say($"Member since  {(node.UpSince is { } since ? $"{since.UtcDateTime:u}" : "not yet")}");
            if (node.CertificatesEndAt is { } end) session.Out.Say($"Certificates  until {end.UtcDateTime:u}");
            session.Out.Say($"Environments  {node.Environments}");
            session.Out.Say($"Memory        {Memory(node)}{(node.StartsWaiting > 0 ? $", {node.StartsWaiting} starts wait for it" : "")}");
            session.Out.Say($"Sandboxes that wait for a function  {node.Blanks}");
            if (node.CertificatesEndAt - now < AuthorityCertificates.RenewalMargin)
                session.Note($"Its certificates end {(node.CertificatesEndAt > now ? $"in {Output.Age(node.CertificatesEndAt.Value - now)}" : "no later than now")}: renew them by deploy/certificates.sh and install.sh --certificates.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Drain(CommandHost host)
    {
        var yes = Confirmation.Option();
        var command = new Command("drain", "Have a node end what runs, leave the cluster and stop.") { host.Globals.NodeName, yes };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(host.Globals.NodeName);
            if (!await Confirmation.AskAsync($"Drain {name} and stop it?", parsed.GetValue(yes), session, cancellationToken))
            {
                session.Note("Left as it is");
                return ExitCode.Ok;
            }

            var answer = await session.Client.DrainNodeAsync(name, cancellationToken);
            if (session.Json) session.WriteJson(answer, CommandJson.Indented.DrainNodeResponse);
            else session.Out.Say($"{answer.NodeId} ({answer.Address}) drains and stops");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Memory(NodeDescription node) => node.MemoryTotalMib == 0 ? "" : $"{node.MemoryReservedMib} of {node.MemoryTotalMib} MiB";

    private static string Status(NodeDescription node) => node.Draining ? "draining" : node.Status.ToLowerInvariant();
}
