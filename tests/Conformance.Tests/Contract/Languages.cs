using Conformance.Tests.Functions;

namespace Conformance.Tests.Contract;

/// <summary>The managed languages of tests that hold for each.</summary>
internal static class Languages
{
    public const string Python = "python", NodeJs = "nodejs";

    public static Source Pick(string language, string python, string nodeJs) =>
        language == Python ? Source.Python(python) : Source.NodeJs(nodeJs);
}
