using Xunit.Abstractions;
using Xunit.Sdk;

namespace Conformance.Tests.Nodes;

/// <summary>Marks a class whose tests need what only root can have, as containers; elsewhere they are skipped. Its tests are of <see cref="SuiteFactAttribute"/> and <see cref="SuiteTheoryAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsRootAttribute : Attribute
{
    public static bool Missing { get; } = Environment.UserName != "root";

    internal static bool SkipsHere(ITestMethod test) => Missing && test.TestClass.Class.GetCustomAttributes(typeof(NeedsRootAttribute)).Any();
}

/// <summary>A fact of a suite that runs on several drivers, each in a class of its own.</summary>
[XunitTestCaseDiscoverer($"Conformance.Tests.Nodes.{nameof(SuiteFactDiscoverer)}", "Conformance.Tests")]
public sealed class SuiteFactAttribute : FactAttribute;

/// <inheritdoc cref="SuiteFactAttribute"/>
[XunitTestCaseDiscoverer($"Conformance.Tests.Nodes.{nameof(SuiteTheoryDiscoverer)}", "Conformance.Tests")]
public sealed class SuiteTheoryAttribute : TheoryAttribute;

public sealed class SuiteFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    internal const string Reason = "Containers need root.";

    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        NeedsRootAttribute.SkipsHere(testMethod)
            ? new XunitSkippedDataRowTestCase(
                DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, Reason)
            : base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
}

public sealed class SuiteTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        NeedsRootAttribute.SkipsHere(testMethod)
            ? CreateTestCasesForSkip(discoveryOptions, testMethod, theoryAttribute, SuiteFactDiscoverer.Reason)
            : base.Discover(discoveryOptions, testMethod, theoryAttribute);
}
