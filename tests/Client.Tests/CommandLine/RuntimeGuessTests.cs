using Hearth.Client.Tests.Fakes;
using Hearth.CommandLine.Deploying;
using Hearth.Contracts.Api;

namespace Hearth.Client.Tests.CommandLine;

public sealed class RuntimeGuessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lambda_function.py", "", "python", "lambda_function.lambda_handler")]
    [InlineData("lambda_function.py", "def handler(e, c): pass", "python", "lambda_function.handler")]
    [InlineData("app.py", "", "python", "app.handler")]
    [InlineData("app.py", "import x\ndef lambda_handler(event, context):\n  pass", "python", "app.lambda_handler")]
    [InlineData("app.py", "def lambda_handler(e, c): pass\ndef handler(e, c): pass", "python", "app.handler")]
    [InlineData("lambda_function.rb", "", "ruby", "lambda_function.lambda_handler")]
    [InlineData("app.rb", "def handlers\nend\ndef handler(event:, context:)\nend", "ruby", "app.handler")]
    [InlineData("function.rb", "class A\n  def handler(event:, context:) = 1\nend\ndef lambda_handler(event:, context:) = 1", "ruby", "function.lambda_handler")]
    [InlineData("index.mjs", "", "nodejs", "index.handler")]
    [InlineData("index.js", "", "nodejs", "index.handler")]
    [InlineData("app.js", "", "nodejs", "app.handler")]
    [InlineData("package.json", """{"main":"./src/main.js"}""", "nodejs", "src/main.handler")]
    [InlineData("package.json", "{}", "nodejs", "index.handler")]
    [InlineData("Orders.runtimeconfig.json", "{}", "dotnet", "Orders::Orders.Function::FunctionHandler")]
    public void A_file_tells_runtime_and_handler(string file, string text, string prefix, string handler)
    {
        _folder.Write(file, text);
        Assert.Equal(new RuntimeGuess(prefix, handler, file), RuntimeGuess.For(_folder.Path));
    }

    [Fact]
    public void A_bootstrap_tells_only_where_it_can_be_run()
    {
        _folder.Write("app.py", "");
        _folder.Write("bootstrap", "", UnixFileMode.UserRead);
        Assert.Equal("python", RuntimeGuess.For(_folder.Path)!.RuntimePrefix);
        File.Delete(Path.Combine(_folder.Path, "bootstrap"));
        _folder.Write("bootstrap", "", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal("provided", RuntimeGuess.For(_folder.Path)!.RuntimePrefix);
    }

    [Fact]
    public void A_dotnet_program_is_started_by_its_name()
    {
        _folder.Write("Orders.runtimeconfig.json", "{}");
        _folder.Write("Orders", "");
        Assert.Equal("Orders", RuntimeGuess.For(_folder.Path)!.Handler);
    }

    [Fact]
    public void Other_files_tell_nothing()
    {
        _folder.Write("main.go", "");
        Assert.Null(RuntimeGuess.For(_folder.Path));
    }

    [Theory]
    [InlineData("python", "python3.11")]
    [InlineData("nodejs", "nodejs20.x")]
    [InlineData("provided", "provided.al2023")]
    [InlineData("dotnet", "dotnet10")]
    [InlineData("java", null)]
    public void The_newest_identifier_is_newest_by_number(string prefix, string? expected)
    {
        string[] served = ["python3.11", "python3.9", "nodejs8.10", "nodejs20.x", "dotnet8", "dotnet10", "provided.al2023", "provided.al2", "provided"];
        Assert.Equal(expected, new RuntimeGuess(prefix, "h", "f").Newest(served.Select(one => new RuntimeDescription(one, prefix, null))));
    }
}
