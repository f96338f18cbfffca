using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Hearth.CommandLine.Hosting;

/// <summary>Lengths of time as options take them: 30s, 10m, 2h, 7d.</summary>
internal static class Durations
{
    public static Option<TimeSpan?> Option(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = result => Parse(result, name, helpName) };

    /// <summary>Until its end, an interruption, or this much time, which is an end like any other.</summary>
    public static async Task<int> RunForAsync(TimeSpan? time, TimeProvider clock, Func<CancellationToken, Task> body, CancellationToken cancellationToken)
    {
        using var end = time is { } length ? new CancellationTokenSource(length, clock) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            await body(either.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The time that was asked for is over.
        }

        return ExitCode.Ok;
    }

    private static TimeSpan? Parse(ArgumentResult result, string option, string helpName)
    {
        var text = result.Tokens[0].Value;
        TimeSpan? unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        // Five digits of days are within what a date can go back.
        if (unit is { } length && text.Length <= 6 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return count * length;
        result.AddError($"{option} '{text}' is no {helpName.ToLowerInvariant()} such as 30s, 10m, 2h or 7d.");
        return null;
    }
}
