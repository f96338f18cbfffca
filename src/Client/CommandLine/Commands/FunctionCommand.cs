using System.CommandLine;
using System.Text.Json;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Commands;

/// <summary><c>hearth function</c>: <c>list</c> and <c>show</c> under their longer names, and <c>top</c>.</summary>
internal static class FunctionCommand
{
    /// <summary>Rows that a screen has room for.</summary>
    private const int MostRows = 30;

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);

    public static Command Create(CommandHost host) => new("function", "Look at functions and what they keep busy.")
    {
        ListCommand.Create(host), ShowCommand.Create(host), Top(host),
    };

    private static Command Top(CommandHost host)
    {
        var once = new Option<bool>("--once") { Description = "Look once." };
        var interval = Durations.Option("--interval", "TIME", "Look this often. Default: 2s");
        var time = Durations.Option("--for", "TIME", "End after this: 30s, 10m, 2h. Default: with Ctrl-C.");
        var command = new Command("top", "Show the busiest functions of all nodes, again and again.") { once, interval, time };
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            if (parsed.GetValue(once))
            {
                var loads = await session.Client.ListFunctionLoadsAsync(cancellationToken);
                if (session.Json) session.WriteJson(loads, CommandJson.Indented.ListFunctionLoadsResponse);
                else Print(loads, session);
                session.NoteUnanswered(loads.Unanswered);
                return ExitCode.Ok;
            }

            var pause = parsed.GetValue(interval) is { Ticks: > 0 } given ? given : DefaultInterval;
            return await Durations.RunForAsync(parsed.GetValue(time), session.Terminal.Clock, stop => RepeatAsync(pause, session, stop), cancellationToken);
        });
        return command;
    }

    private static async Task RepeatAsync(TimeSpan pause, Session session, CancellationToken cancellationToken)
    {
        while (true)
        {
            var loads = await session.Client.ListFunctionLoadsAsync(cancellationToken);
            if (session.Json)
            {
                session.Out.Say(JsonSerializer.Serialize(loads, ApiJson.Relaxed.ListFunctionLoadsResponse));
            }
            else
            {
                if (session.Out.Profile.Capabilities.Interactive) session.Out.Clear(home: true);
                Print(loads, session);
            }

            session.NoteUnanswered(loads.Unanswered);
            await Task.Delay(pause, session.Terminal.Clock, cancellationToken);
        }
    }

    private static void Print(ListFunctionLoadsResponse loads, Session session)
    {
        session.Out.Say($"{session.Terminal.Clock.GetUtcNow().UtcDateTime:u}  {loads.Functions.Sum(load => load.InFlight)} invocations in {loads.Functions.Sum(load => load.Environments)} environments");
        var table = session.Out.TableFor("Function", "In flight", "Environments", "Starting", "Memory");
        foreach (var load in loads.Functions.Take(MostRows))
            table.AddTextRow(load.FunctionName, load.InFlight.ToString(), load.Environments.ToString(), load.Starting.ToString(), $"{load.MemoryMib} MiB");
        session.Out.Write(table);
    }
}
