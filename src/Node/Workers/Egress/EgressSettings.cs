namespace Hearth.Node.Workers.Egress;

/// <summary>
/// The policies that hold now. The file is looked at every two seconds; a change that cannot be read leaves those
/// before it, and is logged. A look is three <c>stat</c> calls: no watcher that loses files replaced by renaming,
/// behind links, or on network file systems.
/// </summary>
internal sealed class EgressSettings : IDisposable
{
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly string? _path;
    private readonly ILogger? _log;
    private readonly ITimer? _timer;
    private string _stamp = "";
    private volatile EgressPolicies _current;

    /// <summary>Policies without a file.</summary>
    public EgressSettings(EgressPolicies policies) => _current = policies;

    private EgressSettings(string path, bool mustExist, TimeProvider time, ILogger log)
    {
        (_path, _log, _stamp) = (path, log, Stamp(path));
        var (policies, errors) = Read(path, mustExist);
        _current = policies ?? throw new InvalidOperationException($"{path} {string.Join($"\n{path} ", errors)}");
        _timer = time.CreateTimer(_ => LookAndWait(), null, LookInterval, Timeout.InfiniteTimeSpan);
    }

    public EgressPolicies Current => _current;

    /// <summary>The file the policies come from, for the operator to find; null for none.</summary>
    public string? Path => _path;

    /// <summary>Called after <see cref="Current"/> has changed, one call at a time.</summary>
    public event Action? Changed;

    /// <param name="mustExist">Whether a missing file is an error; else it grants nothing.</param>
    /// <exception cref="InvalidOperationException">The file is missing or wrong; a line for each error.</exception>
    public static EgressSettings Load(string path, bool mustExist, TimeProvider time, ILogger log) => new(path, mustExist, time, log);

    /// <summary>Reads the file again where it, or the machine's own list of name servers, has changed.</summary>
    public void Look()
    {
        lock (_gate)
        {
            var stamp = Stamp(_path!);
            if (stamp == _stamp)
                return;
            _stamp = stamp;
            var (policies, errors) = Read(_path!, mustExist: false);
            foreach (var error in errors)
                _log!.LogError("{Path} {Error}; what held before still holds", _path, error);
            if (policies is null)
                return;
            Set(policies);
            _log!.LogInformation("{Path} was read again: {Count} grants", _path, policies.Grants.Count);
        }
    }

    /// <summary>Puts other policies in force.</summary>
    public void Set(EgressPolicies policies)
    {
        lock (_gate)
        {
            _current = policies;
            Changed?.Invoke();
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void LookAndWait()
    {
        Look();
        _timer!.Change(LookInterval, Timeout.InfiniteTimeSpan);
    }

    private static (EgressPolicies? Policies, IReadOnlyList<string> Errors) Read(string path, bool mustExist)
    {
        try
        {
            return !mustExist && !File.Exists(path) ? (EgressPolicies.None, []) : EgressFile.Parse(File.ReadAllText(path));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return (null, [$"cannot be read: {unreadable.Message}"]);
        }
    }

    // Size beside time: an editor may write twice within a tick of the file system's clock.
    private static string Stamp(string path) => string.Join('|', MachineResolvers.Files.Prepend(path).Select(file =>
    {
        try
        {
            var target = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
            return File.Exists(target) ? $"{File.GetLastWriteTimeUtc(target).Ticks},{new FileInfo(target).Length}" : "none";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "none";
        }
    }));
}
