using System.Text;
using System.Text.Json.Nodes;

namespace Conformance.Tests.Hostile;

/// <summary>What a hostile function is asked to do, and what each step must get.</summary>
internal sealed record Attack(string Name, params IReadOnlyList<Step> Steps)
{
    /// <summary>Of the function, in MiB.</summary>
    public int Memory { get; init; } = 512;

    /// <summary>Of the function, in seconds.</summary>
    public int Timeout { get; init; } = 120;

    /// <summary>Asks the kernel for what the launcher has to refuse: to be tried with every launcher.</summary>
    public bool OnKernel { get; init; }

    /// <summary>The languages that it is made in; all where null.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Whether the environment still is the same one afterwards.</summary>
    public bool Survives { get; init; } = true;

    public override string ToString() => Name;
}

/// <summary>One invocation.</summary>
/// <param name="Event">Without its <c>attack</c>.</param>
/// <param name="Got">A pattern of what it observes; <c>failed TYPE</c> where the invocation fails.</param>
internal sealed record Step(string Primitive, JsonObject Event, string Got)
{
    /// <summary>Patterns of the languages that get something else.</summary>
    public Dictionary<string, string> Elsewhere { get; init; } = [];

    /// <summary>Must hold of what it observes as well.</summary>
    public Func<string, bool> Holds { get; init; } = _ => true;

    public string PatternFor(string language) => Elsewhere.GetValueOrDefault(language, Got);

    /// <summary>The event, with <paramref name="facts"/> in the place of the names they go by; a number's quotation marks go with its name.</summary>
    public byte[] Payload(IReadOnlyDictionary<string, string> facts)
    {
        var payload = new JsonObject { ["attack"] = Primitive };
        foreach (var (name, value) in Event)
            payload[name] = value?.DeepClone();
        var text = payload.ToJsonString();
        foreach (var (name, value) in facts)
            text = (int.TryParse(value, out _) ? text.Replace($"\"{{{name}}}\"", value, StringComparison.Ordinal) : text).Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }
}
