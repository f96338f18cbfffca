using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.Api;

/// <summary>Ways to name a function and to spell a path.</summary>
[Collection(OnProcesses.Name)]
public sealed class NameTests(ProcessNode shared)
{
    private Node Node { get; } = shared.Node;

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0}:$LATEST")]
    [InlineData("{0}%3A%24LATEST")]
    [InlineData("function:{0}")]
    [InlineData("000000000000:function:{0}")]
    [InlineData("000000000000:function:{0}:$LATEST")]
    [InlineData("arn:aws:lambda:us-east-1:000000000000:function:{0}")]
    [InlineData("arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3A{0}")]
    [InlineData("arn:aws:lambda:us-east-1:000000000000:function:{0}:$LATEST")]
    public async Task A_function_is_found_by_each_of_its_names(string form)
    {
        var function = await Node.CreateAsync(Source.Echo);
        var path = $"2015-03-31/functions/{string.Format(form, function.Name)}";
        Assert.Equal(function.Name, (await Node.GetAsync($"{path}/configuration")).Json.GetProperty("FunctionName").GetString());
        Assert.Equal(function.Name, (await Node.GetAsync(path)).Json.GetProperty("Configuration").GetProperty("FunctionName").GetString());
        Assert.Equal("[1]", (await Node.PostAsync($"{path}/invocations", "[1]")).AssertSucceeded().Text);
        Assert.Equal("[1]", (await Node.PostAsync($"{path}/invocations?Qualifier=$LATEST", "[1]")).AssertSucceeded().Text);
    }

    [Fact]
    public async Task Every_path_may_end_with_a_slash()
    {
        var name = Node.NewName();
        var request = System.Text.Json.JsonSerializer.Serialize(new
        {
            FunctionName = name,
            Runtime = Source.PythonRuntime,
            Handler = "app.handler",
            Source.Role,
            Code = new { ZipFile = Source.Echo.Zip() },
        });
        Assert.Equal(201, (await Node.PostAsync("2015-03-31/functions/", request)).Status);
        await Node.Client.WaitUntilActiveAsync(name);
        Assert.Equal(200, (await Node.GetAsync("2015-03-31/functions/")).Status);
        Assert.Equal(200, (await Node.GetAsync($"2015-03-31/functions/{name}/")).Status);
        Assert.Equal(200, (await Node.GetAsync($"2015-03-31/functions/{name}/configuration/")).Status);
        Assert.Equal(200, (await Node.GetAsync("2016-08-19/account-settings/")).Status);
        (await Node.PostAsync($"2015-03-31/functions/{name}/invocations/", "{}")).AssertSucceeded();
        Assert.Equal(200, (await Node.PutAsync($"2015-03-31/functions/{name}/configuration/", """{"Timeout": 4}""")).Status);
        await Node.Client.WaitUntilUpdatedAsync(name);
        Assert.InRange((await Node.DeleteAsync($"2015-03-31/functions/{name}/")).Status, 200, 204);
        (await Node.GetAsync($"2015-03-31/functions/{name}")).AssertRefused(404, "ResourceNotFoundException");
    }

    [Theory]
    [InlineData("a%2Fb")]
    [InlineData("a%20b")]
    [InlineData("..%2f..%2fetc")]
    [InlineData("é")]
    [InlineData("arn:aws:lambda:us-east-1:12:function:x")]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcde")]
    public async Task A_name_that_is_none_is_refused_with_the_pattern(string name)
    {
        foreach (var answer in new[]
        {
            await Node.GetAsync($"2015-03-31/functions/{name}"),
            await Node.PostAsync($"2015-03-31/functions/{name}/invocations", "{}"),
            await Node.DeleteAsync($"2015-03-31/functions/{name}"),
        })
        {
            var message = answer.AssertRefused(400, "ValidationException");
            Assert.StartsWith($"1 validation error detected: Value '{Uri.UnescapeDataString(name)}' at 'functionName' failed to satisfy constraint: Member must ", message);
        }
    }

    [Fact]
    public async Task A_name_of_64_characters_works()
    {
        var name = $"{Node.NewName("long")}-".PadRight(64, 'x');
        await Node.Client.CreateFunctionAsync(Source.Echo.Request(name));
        await Node.Client.WaitUntilActiveAsync(name);
        Assert.Equal("{}", (await new TestFunction(Node, name).InvokeAsync()).AssertSucceeded().Text);
    }

    [Fact]
    public async Task Another_region_account_or_qualifier_is_not_found_here()
    {
        var function = await Node.CreateAsync(Source.Echo);
        (await Node.GetAsync($"2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:{function.Name}")).AssertRefused(404, "ResourceNotFoundException");
        (await Node.GetAsync($"2015-03-31/functions/111122223333:function:{function.Name}")).AssertRefused(403, "AccessDeniedException");
        var message = (await Node.PostAsync($"{function.Path}/invocations?Qualifier=1", "{}")).AssertRefused(404, "ResourceNotFoundException");
        Assert.Equal($"Function not found: arn:aws:lambda:us-east-1:000000000000:function:{function.Name}:1", message);
        (await Node.GetAsync($"{function.Path}?Qualifier=live")).AssertRefused(404, "ResourceNotFoundException");
        (await Node.GetAsync($"{function.Path}:$LATEST?Qualifier=live")).AssertRefused(400, "InvalidParameterValueException");
    }
}
