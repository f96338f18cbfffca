using System.Reflection;

namespace Hearth.Runtimes.DotNet;

/// <summary>
/// The function's log as AWS's runtime writes it: lines of <c>Console</c> and of <c>ILambdaLogger</c> are records of
/// time, request id, level and message, parted by tabs. Source: developer guide, "Log and monitor C# Lambda functions".
/// </summary>
internal static class FunctionLog
{
    private const string Information = "Information", Error = "Error";

    private static readonly string[] Levels = ["Trace", "Debug", Information, "Warning", Error, "Critical"];
    private static readonly string[] Labels = ["trce", "dbug", "info", "warn", "fail", "crit"];

    private static LogWriter _output = null!;
    private static int _lowest;
    private static bool _plain;

    /// <summary>Of the invocation at hand; empty during init.</summary>
    public static string RequestId { get; set; } = "";

    /// <summary>Puts writers in the console's place; to be called once, with the environment complete.</summary>
    public static void Open()
    {
        var level = Environment.GetEnvironmentVariable("AWS_LAMBDA_HANDLER_LOG_LEVEL");
        _lowest = level is null ? 2 : Math.Max(LevelOf(level), 0);
        _plain = "Unformatted".Equals(Environment.GetEnvironmentVariable("AWS_LAMBDA_HANDLER_LOG_FORMAT"), StringComparison.OrdinalIgnoreCase);
        _output = new LogWriter(Console.OpenStandardOutput(), Information);
        Console.SetOut(_output);
        Console.SetError(new LogWriter(Console.OpenStandardError(), Error));
    }

    public static void Write(string text) => _output.Write(text);

    public static void WriteLine(string level, string? message) => _output.WriteRecord(level, message);

    /// <summary>A record's text, or null where its level is below the lowest that is asked for.</summary>
    public static string? Format(string? level, string? message)
    {
        var known = level is null ? -1 : LevelOf(level);
        if (known >= 0 && known < _lowest)
            return null;
        if (_plain)
            return message + "\n";
        var label = known >= 0 ? Labels[known] : level;
        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        // Carriage returns, so that a message of several lines stays one record.
        return $"{time}\t{RequestId}\t{(string.IsNullOrEmpty(label) ? "" : label + "\t")}{message?.ReplaceLineEndings("\r")}\n";
    }

    /// <summary>Lets <c>LambdaLogger</c>'s static methods of the package's Amazon.Lambda.Core write here.</summary>
    public static void ConnectTo(Assembly core)
    {
        var logger = core.GetType("Amazon.Lambda.Core.LambdaLogger");
        Set<Action<string>>("_loggingAction", message => _output.WriteRecord(null, message));
        Set<Action<string, string, object[]>>("_loggingWithLevelAction", (level, message, values) =>
            WriteLine(level, MessageTemplate.Fill(message, values)));
        Set<Action<string, Exception, string, object[]>>("_loggingWithLevelAndExceptionAction", (level, exception, message, values) =>
            WriteLine(level, MessageTemplate.Fill(message, values, exception)));

        void Set<T>(string name, T action)
        {
            // By shape: older versions of the package have fewer of them.
            if (logger?.GetField(name, BindingFlags.NonPublic | BindingFlags.Static) is { } field && field.FieldType == typeof(T))
                field.SetValue(null, action);
        }
    }

    private static int LevelOf(string name) =>
        Array.FindIndex(Levels, level => level.Equals(name, StringComparison.OrdinalIgnoreCase));
}
