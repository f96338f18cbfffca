namespace Hearth.Runtimes.DotNet;

/// <summary><c>Assembly::Namespace.Type::Method</c>; the method by its name or its whole signature.</summary>
internal sealed record HandlerName(string Assembly, string Type, string Method)
{
    /// <exception cref="LambdaValidationException">A part is missing.</exception>
    public static HandlerName Parse(string text)
    {
        var parts = text.Split("::", 3, StringSplitOptions.TrimEntries);
        if (parts.Length != 3)
            throw Invalid("");
        return parts[0].Length == 0 ? throw Invalid(", the assembly is missing")
            : parts[1].Length == 0 ? throw Invalid(", the type is missing")
            : parts[2].Length == 0 ? throw Invalid(", the method is missing")
            : new HandlerName(parts[0], parts[1], parts[2]);

        LambdaValidationException Invalid(string why) =>
            new($"Invalid lambda function handler: '{text}'{why}. The valid format is 'ASSEMBLY::TYPE::METHOD'.");
    }

    /// <summary>The assembly as messages of AWS's runtime name it.</summary>
    public string AssemblyIdentity => $"{Assembly}, Culture=neutral, PublicKeyToken=null";
}

/// <summary>A package or handler that cannot be used. The class name is the error type a caller sees, so it is AWS's.</summary>
internal sealed class LambdaValidationException(string message, Exception? inner = null) : Exception(message, inner);
