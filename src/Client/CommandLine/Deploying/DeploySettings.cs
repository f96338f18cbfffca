using Hearth.Contracts.Api;

namespace Hearth.CommandLine.Deploying;

/// <summary>What a deployment says about its function; null where it says nothing. Also the shape of <c>hearth.json</c>.</summary>
/// <param name="Memory">MB.</param>
/// <param name="Timeout">Seconds.</param>
internal sealed record DeploySettings(
    string? Name = null,
    string? Runtime = null,
    string? Handler = null,
    int? Memory = null,
    int? Timeout = null,
    IReadOnlyDictionary<string, string>? Environment = null,
    string? Description = null,
    string? Role = null)
{
    /// <summary>A node asks no role for anything; the API wants one to be there.</summary>
    private const string AnyRole = "arn:aws:iam::000000000000:role/hearth";

    /// <summary>These settings where they say something, the others where they do not; variables are joined.</summary>
    public DeploySettings Over(DeploySettings others) => new(
        Name ?? others.Name,
        Runtime ?? others.Runtime,
        Handler ?? others.Handler,
        Memory ?? others.Memory,
        Timeout ?? others.Timeout,
        Joined(Environment, others.Environment),
        Description ?? others.Description,
        Role ?? others.Role);

    public CreateFunctionRequest ToCreate(byte[] zip) => new()
    {
        FunctionName = Name,
        Runtime = Runtime,
        Handler = Handler,
        Role = Role ?? AnyRole,
        MemorySize = Memory,
        Timeout = Timeout,
        Description = Description,
        Environment = Environment is null ? null : new EnvironmentSettings(Environment),
        Code = new FunctionCode(zip),
    };

    /// <summary>What differs from the function as it is: an update of those members alone, and their names.</summary>
    public (UpdateFunctionConfigurationRequest Update, IReadOnlyList<string> Changes) ToUpdate(FunctionConfiguration function)
    {
        List<string> changes = [];
        T? Changed<T>(string name, T? wanted, T? current)
        {
            if (wanted is null || wanted.Equals(current)) return default;
            changes.Add($"{name} {current} → {wanted}");
            return wanted;
        }

        var update = new UpdateFunctionConfigurationRequest
        {
            Runtime = Changed("runtime", Runtime, function.Runtime),
            Handler = Changed("handler", Handler, function.Handler),
            Role = Changed("role", Role, function.Role),
            Description = Changed("description", Description, function.Description),
            MemorySize = Changed("memory", Memory, function.MemorySize),
            Timeout = Changed("timeout", Timeout, function.Timeout),
            Environment = IsSame(Environment, function.Environment?.Variables) ? null : new EnvironmentSettings(Environment),
        };
        // Without the values: they may be secrets, and this is printed.
        if (update.Environment is not null) changes.Add("environment");
        return (update, changes);
    }

    private static IReadOnlyDictionary<string, string>? Joined(IReadOnlyDictionary<string, string>? over, IReadOnlyDictionary<string, string>? under)
    {
        if (over is null || under is null) return over ?? under;
        var joined = new Dictionary<string, string>(under);
        foreach (var (key, value) in over) joined[key] = value;
        return joined;
    }

    private static bool IsSame(IReadOnlyDictionary<string, string>? wanted, IReadOnlyDictionary<string, string>? current) =>
        wanted is null ||
        (wanted.Count == (current?.Count ?? 0) && wanted.All(pair => current!.TryGetValue(pair.Key, out var value) && value == pair.Value));
}
