using System.Runtime.CompilerServices;
using PublicApiGenerator;

namespace Hearth.Client.Tests.PublicApi;

/// <summary>The library's public surface as text, so that a change of it is seen and meant.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one() => Approve(typeof(HearthClient).Assembly.GeneratePublicApi(new ApiGeneratorOptions
    {
        IncludeAssemblyAttributes = false,
        // The compiler's own, which carry numbers and versions that no caller sees.
        ExcludeAttributes =
        [
            "System.Runtime.CompilerServices.AsyncIteratorStateMachineAttribute",
            "System.Runtime.CompilerServices.EnumeratorCancellationAttribute",
            "System.CodeDom.Compiler.GeneratedCodeAttribute",
        ],
    }));

    /// <summary>Compares with the text beside this file; with <c>HEARTH_APPROVE=1</c> it writes that text instead.</summary>
    private static void Approve(string api, [CallerFilePath] string here = "")
    {
        var approved = Path.Combine(Path.GetDirectoryName(here)!, "Hearth.Client.approved.txt");
        var text = api.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("HEARTH_APPROVE") == "1") File.WriteAllText(approved, text);
        Assert.Equal(File.Exists(approved) ? File.ReadAllText(approved) : "", text);
    }
}
