using System.CommandLine;
using System.Text;
using System.Text.Json;
using Hearth.Client;
using Hearth.CommandLine.Hosting;

namespace Hearth.CommandLine.Commands;

/// <summary>What <c>hearth invoke --json</c> prints. <c>Payload</c> is the result, or the error, as JSON; as a string where it is none.</summary>
internal sealed record InvokeReport(
    int StatusCode, string? ExecutedVersion, string? RequestId, string? FunctionError, JsonElement? Payload, string? LogTail);

/// <summary><c>hearth invoke</c>: runs a function; its result goes to stdout, its error and its log to stderr.</summary>
internal static class InvokeCommand
{
    public static Command Create(CommandHost host)
    {
        var input = new InvokeInput();
        var tail = new Option<bool>("--tail") { Description = "Print the end of the invocation's log on stderr." };
        var context = new Option<string?>("--client-context") { Description = "JSON that the function finds in its context.", HelpName = "JSON" };
        var stream = new Option<bool>("--stream") { Description = "Print the result as the function writes it, byte by byte as it is." };
        var qualifier = new Option<string?>("--qualifier") { Description = "A version or an alias. Default: $LATEST", HelpName = "Q" };
        var command = new Command("invoke", "Run a function and print its result.")
        {
            host.Globals.FunctionName, input.Dash, input.Text, input.File, tail, context, qualifier, stream,
        };
        input.RefuseTwo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(stream) && result.GetValue(host.Globals.Json)) result.AddError("--stream prints the result as it is, --json within an object: give one of them.");
        });
        host.Handle(command, async (parsed, session, cancellationToken) =>
        {
            var payload = await input.ReadAsync(parsed, session.Terminal.Input, cancellationToken);
            if (parsed.GetValue(context) is { } json) InvokeInput.RequireJson(Encoding.UTF8.GetBytes(json), "--client-context");
            var options = new InvokeOptions { LogTail = parsed.GetValue(tail), ClientContext = parsed.GetValue(context), Qualifier = parsed.GetValue(qualifier) };
            var name = parsed.GetRequiredValue(host.Globals.FunctionName);
            return parsed.GetValue(stream)
                ? await PrintStreamAsync(name, payload, options, session, cancellationToken)
                : Print(await session.Client.InvokeRawAsync(name, payload, options, cancellationToken), session);
        });
        return command;
    }

    private static async Task<int> PrintStreamAsync(
        string name, ReadOnlyMemory<byte> payload, InvokeOptions options, Session session, CancellationToken cancellationToken)
    {
        using var invocation = await session.Client.InvokeStreamAsync(name, payload, options, cancellationToken);
        await foreach (var chunk in invocation.ReadChunksAsync(cancellationToken))
        {
            await session.Terminal.Output.WriteAsync(chunk, cancellationToken);
            await session.Terminal.Output.FlushAsync(cancellationToken);
        }

        NoteLog(invocation.Result, session);
        return invocation.Result.FunctionError is null ? ExitCode.Ok : PrintError(invocation.Result, session);
    }

    private static int Print(InvocationResult result, Session session)
    {
        NoteLog(result, session);
        if (session.Json) session.WriteJson(Report(result), CommandJson.Indented.InvokeReport);
        else if (result.FunctionError is null) session.Out.Say(Encoding.UTF8.GetString(result.Payload.Span));
        return result.FunctionError is null ? ExitCode.Ok : PrintError(result, session);
    }

    private static void NoteLog(InvocationResult result, Session session)
    {
        foreach (var line in (result.LogTail ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)) session.Note(line);
    }

    private static int PrintError(InvocationResult result, Session session)
    {
        var error = new FunctionErrorException(result);
        session.Terminal.Error.Fail(error.Message);
        foreach (var frame in error.FunctionStackTrace) session.Note("  " + frame.TrimEnd().Replace("\n", "\n  "));
        session.Note($"RequestId: {error.RequestId}");
        return ExitCode.FunctionError;
    }

    private static InvokeReport Report(InvocationResult result) => new(
        result.StatusCode, result.ExecutedVersion, result.RequestId, result.FunctionError, AsJson(result.Payload), result.LogTail);

    private static JsonElement? AsJson(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // A custom runtime may answer anything.
            return JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(payload.Span), CommandJson.Indented.String);
        }
    }
}
