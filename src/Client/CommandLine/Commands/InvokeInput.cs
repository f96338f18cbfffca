using System.CommandLine;
using System.Text;
using System.Text.Json;
using Hearth.CommandLine.Hosting;
using Hearth.Contracts;

namespace Hearth.CommandLine.Commands;

/// <summary>Where an invocation's payload comes from: the command line, a file or stdin; <c>{}</c> where none is named.</summary>
internal sealed class InvokeInput
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public Argument<string?> Dash { get; } = new("-") { Description = "A dash reads the payload from stdin.", Arity = ArgumentArity.ZeroOrOne, HelpName = "-" };

    public Option<string?> Text { get; } = new("--payload", "-p") { Description = "The payload, as JSON; - reads stdin. Default: {}", HelpName = "JSON" };

    public Option<string?> File { get; } = new("--payload-file") { Description = "A file that holds the payload; - reads stdin.", HelpName = "FILE" };

    public void RefuseTwo(Command command) => command.Validators.Add(result =>
    {
        if (result.GetValue(Dash) is { } dash && dash != "-")
            result.AddError($"'{dash}' is not expected here; give the payload by --payload, --payload-file, or - for stdin.");
        if ((result.GetValue(Dash) is null ? 0 : 1) + (result.GetValue(Text) is null ? 0 : 1) + (result.GetValue(File) is null ? 0 : 1) > 1)
            result.AddError("Give the payload once: by --payload, by --payload-file, or by - for stdin.");
    });

    public async Task<ReadOnlyMemory<byte>> ReadAsync(ParseResult parsed, Stream input, CancellationToken cancellationToken)
    {
        var (text, file) = (parsed.GetValue(Text), parsed.GetValue(File));
        var isStdin = parsed.GetValue(Dash) is not null || text == "-" || file == "-";
        var (payload, source) = isStdin ? (await DrainAsync(input, cancellationToken), "stdin")
            : file is not null ? (await ReadFileAsync(file, cancellationToken), file)
            : (Encoding.UTF8.GetBytes(text ?? "{}"), "--payload");
        if (payload.AsSpan().StartsWith(ByteOrderMark)) payload = payload[ByteOrderMark.Length..];
        if (payload.Length > Limits.RequestPayloadBytes)
            throw new UsageException($"The payload of {source} has {payload.Length:N0} bytes; a function takes at most {Limits.RequestPayloadBytes:N0}.");
        RequireJson(payload, source);
        return payload;
    }

    public static void RequireJson(byte[] text, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
        }
        catch (JsonException failure)
        {
            throw new UsageException($"{source} is no JSON, at {JsonPosition.Describe(failure)}.");
        }
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await System.IO.File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"Cannot read the payload: {failure.Message}");
        }
    }

    private static async Task<byte[]> DrainAsync(Stream input, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await input.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }
}
