namespace Amazon.Lambda.Core;

public enum LogLevel
{
    Trace,
    Debug,
    Information,
    Warning,
    Error,
    Critical,
}

public interface ILambdaLogger
{
    void Log(string message);

    void LogLine(string message);

    void Log(string level, string message) => LogLine(message);

    void Log(LogLevel level, string message) => Log(level.ToString(), message);

    void Log(string level, string message, params object[] values) => Log(level, message);

    void LogDebug(string message) => Log(LogLevel.Debug, message);

    void LogWarning(string message, params object[] values) => Log("Warning", message, values);

    void LogError(Exception exception, string message, params object[] values) => Log("Error", message, values);
}

/// <summary>The runtime sets its fields, by name.</summary>
public static class LambdaLogger
{
    private static Action<string> _loggingAction = Console.WriteLine;
    private static Action<string, string, object[]> _loggingWithLevelAction = (level, message, _) => Console.WriteLine(level + message);

    public static void Log(string message) => _loggingAction(message);

    public static void Log(LogLevel level, string message, params object[] values) => _loggingWithLevelAction(level.ToString(), message, values);
}
