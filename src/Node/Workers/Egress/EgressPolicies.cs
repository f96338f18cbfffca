using System.Net;

namespace Hearth.Node.Workers.Egress;

/// <summary>Which function may reach what, as the operator has set it.</summary>
internal sealed record EgressPolicies
{
    public static readonly Ipv4Range DefaultRange = Ipv4Range.Of("100.64.0.0/10");

    /// <summary>No function may reach anything.</summary>
    public static readonly EgressPolicies None = new();

    private readonly Dictionary<string, EgressGrant> _grants = [];

    /// <summary>Each pattern once, in the order of the file.</summary>
    public IReadOnlyList<EgressGrant> Grants
    {
        get;
        init
        {
            field = value;
            _grants = value.ToDictionary(grant => grant.Pattern);
        }
    } = [];

    /// <summary>Name servers; null for the machine's own.</summary>
    public IReadOnlyList<IPAddress>? Resolvers { get; init; }

    /// <summary>What no grant reaches, beside what none ever does.</summary>
    public IReadOnlyList<Ipv4Range> Never { get; init; } = [];

    /// <summary>Where sandboxes' own addresses come from, two a sandbox.</summary>
    public Ipv4Range Range { get; init; } = DefaultRange;

    /// <summary>What <c>internet</c> does not mean. Not for the operator to set: a test's internet is made of such addresses.</summary>
    public IReadOnlyList<Ipv4Range> NotPublic { get; init; } = SpecialRanges.NotPublic;

    /// <summary>The grant of the function's own name, else of the longest pattern that fits. Null for none.</summary>
    public EgressGrant? GrantOf(string function)
    {
        if (_grants.Count == 0)
            return null;
        var grant = _grants.GetValueOrDefault(function);
        for (var length = function.Length; grant is null && length >= 0; length--)
            grant = _grants.GetValueOrDefault(string.Concat(function.AsSpan(0, length), "*"));
        return grant is { IsNone: false } ? grant : null;
    }
}
