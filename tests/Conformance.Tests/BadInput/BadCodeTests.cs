using Conformance.Tests.Contract;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.BadInput;

[NeedsRoot]
[Collection(OnContainers.Name)]
public sealed class BadCodeOnContainersTests(ContainerNode node) : BadCodeSuite(node);

[Collection(OnProcesses.Name)]
public sealed class BadCodeOnProcessesTests(ProcessNode node) : BadCodeSuite(node);

/// <summary>Packages that are good zips of code that cannot work: every call says why, and an update heals the function.</summary>
public abstract class BadCodeSuite(SharedNode shared)
{
    [SuiteTheory]
    [InlineData(Languages.Python, "nope.handler", "", "Runtime.ImportModuleError", "Unable to import module 'nope': No module named 'nope'")]
    [InlineData(Languages.Python, "app.nope", "", "Runtime.HandlerNotFound", "Handler 'nope' missing on module 'app'")]
    [InlineData(Languages.Python, "app.handler", "handler = 5", "TypeError", "'int' object is not callable")]
    [InlineData(Languages.Python, "app.handler", "def handler(event, context) return 5", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': ")]
    [InlineData(Languages.Python, "app.handler", "import no_such_library", "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'no_such_library'")]
    [InlineData(Languages.Python, "app", "", "Runtime.MalformedHandlerName", "Bad handler 'app': not enough values to unpack (expected 2, got 1)")]
    [InlineData(Languages.Python, "app.handler", "def handler(event): return 5", "TypeError", "handler() takes 1 positional argument but 2 were given")]
    [InlineData(Languages.NodeJs, "nope.handler", "", "Runtime.ImportModuleError", "Error: Cannot find module 'nope'")]
    [InlineData(Languages.NodeJs, "index.nope", "", "Runtime.HandlerNotFound", "index.nope is undefined or not exported")]
    [InlineData(Languages.NodeJs, "index.handler", "exports.handler = 5", "Runtime.HandlerNotFound", "index.handler is not a function")]
    [InlineData(Languages.NodeJs, "index.handler", "exports.handler = (event => {", "Runtime.UserCodeSyntaxError", "SyntaxError: ")]
    [InlineData(Languages.NodeJs, "index.handler", "require('no-such-library')", "Runtime.ImportModuleError", "Error: Cannot find module 'no-such-library'")]
    [InlineData(Languages.NodeJs, "index", "", "Runtime.MalformedHandlerName", "Bad handler")]
    public async Task Code_that_cannot_work_says_why_and_can_be_replaced(string language, string handler, string code, string errorType, string message)
    {
        var source = Languages.Pick(language, code, code);
        var function = await shared.Node.CreateAsync(source with { Handler = handler });
        for (var call = 0; call < 2; call++)
            Assert.StartsWith(message, (await function.InvokeAsync()).AssertFailed(errorType).FunctionErrorMessage);
        await shared.AssertWellAsync();

        var good = Languages.Pick(language, "def handler(event, context): return 'good'", "exports.handler = async () => 'good';");
        await function.UpdateConfigurationAsync(new() { Handler = good.Handler });
        await function.UpdateCodeAsync(good);
        Assert.Equal("\"good\"", (await function.InvokeAsync()).AssertSucceeded().Text);
    }
}
