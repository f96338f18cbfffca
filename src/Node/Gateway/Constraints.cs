using Hearth.Contracts.Errors;

namespace Hearth.Node.Gateway;

/// <summary>Collects what breaks the API model's constraints, to answer all of it at once as AWS does.</summary>
internal sealed class Constraints
{
    private readonly List<string> _errors = [];

    public RequestError? Error => _errors.Count == 0 ? null : new RequestError(
        ErrorCode.Validation,
        $"{_errors.Count} validation error{(_errors.Count > 1 ? "s" : "")} detected: {string.Join("; ", _errors)}");

    public void Require(object? value, string member)
    {
        if (value is null)
            _errors.Add($"Value null at '{member}' failed to satisfy constraint: Member must not be null");
    }

    public void InRange(int? value, int min, int max, string member)
    {
        if (value < min)
            Add(value, member, $"Member must have value greater than or equal to {min}");
        else if (value > max)
            Add(value, member, $"Member must have value less than or equal to {max}");
    }

    public void MaxLength(string? value, int max, string member)
    {
        if (value?.Length > max)
            Add(value, member, $"Member must have length less than or equal to {max}");
    }

    public void MaxItems<T>(IReadOnlyCollection<T>? value, int max, string member)
    {
        if (value?.Count > max)
            Add($"[{value.Count} items]", member, $"Member must have length less than or equal to {max}");
    }

    public void Matches(string? value, System.Text.RegularExpressions.Regex pattern, string shown, string member)
    {
        if (value is not null && !pattern.IsMatch(value))
            Add(value, member, $"Member must satisfy regular expression pattern: {shown}");
    }

    public void OneOf(string? value, string member, params ReadOnlySpan<string> allowed)
    {
        if (value is not null && !allowed.Contains(value))
            Add(value, member, $"Member must satisfy enum value set: [{string.Join(", ", allowed)}]");
    }

    private void Add(object? value, string member, string constraint) =>
        _errors.Add($"Value '{value}' at '{member}' failed to satisfy constraint: {constraint}");
}
