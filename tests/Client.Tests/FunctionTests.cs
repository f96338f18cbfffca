using Hearth.Client.Tests.Fakes;
using Hearth.Contracts.Api;
using Hearth.Contracts.Errors;
using Microsoft.AspNetCore.Http;

namespace Hearth.Client.Tests;

public sealed class FunctionTests : NodeTests
{
    [Fact]
    public async Task A_function_is_created_read_changed_and_deleted()
    {
        var created = await Client.CreateFunctionAsync(Request() with { MemorySize = 256 });
        Assert.Equal((FunctionState.Pending, 256, 3L), (created.State, created.MemorySize, created.CodeSize));
        Assert.Equal([1, 2, 3], Node.Functions.Code["hello"]);

        Assert.Equal("http://here/code", (await Client.GetFunctionAsync("hello")).Code.Location);
        var updated = await Client.UpdateFunctionConfigurationAsync("hello", new() { Timeout = 30 });
        Assert.Equal((30, LastUpdateStatus.InProgress), (updated.Timeout, updated.LastUpdateStatus));
        Assert.Equal("""{"Timeout":30}""", System.Text.Encoding.UTF8.GetString(Node.Seen.Last().Body));
        Assert.Equal(4, (await Client.UpdateFunctionCodeAsync("hello", new() { ZipFile = [1, 2, 3, 4] })).CodeSize);

        await Client.DeleteFunctionAsync("hello");
        var gone = await Assert.ThrowsAsync<LambdaException>(() => Client.GetFunctionConfigurationAsync("hello"));
        Assert.Equal(ErrorCode.ResourceNotFound, gone.Code);
        Assert.Equal("Function not found: arn:aws:lambda:us-east-1:000000000000:function:hello", gone.Message);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict()
    {
        Deploy("hello");
        var error = await Assert.ThrowsAsync<LambdaException>(() => Client.CreateFunctionAsync(Request()));
        Assert.Equal((ErrorCode.ResourceConflict, "Function already exist: hello"), (error.Code, error.Message));
    }

    [Fact]
    public async Task A_list_reads_every_page_and_no_page_too_early()
    {
        Deploy("a", "b", "c", "d", "e");
        List<string> names = [];
        await foreach (var function in Client.ListFunctionsAsync())
        {
            names.Add(function.FunctionName);
            Assert.Equal((names.Count + 1) / 2, Node.Seen.Count);
        }

        Assert.Equal(["a", "b", "c", "d", "e"], names);
        Assert.Equal(["", "?Marker=b", "?Marker=d"], Node.Seen.Select(seen => seen.PathAndQuery["/2015-03-31/functions".Length..]));
    }

    [Fact]
    public async Task Waiting_ends_when_the_function_is_active()
    {
        Node.Functions.ReadingsUntilReady = 3;
        await Client.CreateFunctionAsync(Request());
        Assert.Equal(FunctionState.Active, (await Client.WaitUntilActiveAsync("hello")).State);
        Assert.Equal(3, Clock.Waits.Count);
        Assert.Equal(Clock.Waits.Order(), Clock.Waits);
    }

    [Fact]
    public async Task Waiting_for_a_creation_that_failed_throws_its_reason()
    {
        Node.Functions.FailureReason = "the package holds no bootstrap";
        await Client.CreateFunctionAsync(Request());
        var error = await Assert.ThrowsAsync<FunctionNotReadyException>(() => Client.WaitUntilActiveAsync("hello"));
        Assert.Equal(("the package holds no bootstrap", "InvalidRuntime"), (error.Reason, error.ReasonCode));
        Assert.Equal("Creating hello failed: the package holds no bootstrap (InvalidRuntime)", error.Message);
    }

    [Fact]
    public async Task Waiting_for_an_update_that_failed_throws_its_reason()
    {
        await Client.CreateFunctionAsync(Request());
        await Client.WaitUntilActiveAsync("hello");
        Node.Functions.FailureReason = "no";
        await Client.UpdateFunctionCodeAsync("hello", new() { ZipFile = [9] });
        var error = await Assert.ThrowsAsync<FunctionNotReadyException>(() => Client.WaitUntilUpdatedAsync("hello"));
        Assert.Equal(FunctionState.Active, error.Function.State);
    }

    [Fact]
    public async Task Waiting_has_a_deadline()
    {
        Node.Functions.ReadingsUntilReady = int.MaxValue;
        await Client.CreateFunctionAsync(Request());
        var error = await Assert.ThrowsAsync<TimeoutException>(() => Client.WaitUntilActiveAsync("hello", TimeSpan.FromSeconds(10)));
        Assert.Contains("hello is not active after 10 s: State is Pending", error.Message, StringComparison.Ordinal);
        Assert.InRange(Clock.Waits.Sum(wait => wait.TotalSeconds), 8, 10);
    }

    [Fact]
    public async Task Account_settings_runtimes_and_environments_are_read()
    {
        Deploy("hello");
        Assert.Equal(6, (await Client.GetAccountSettingsAsync()).AccountUsage.FunctionCount);
        var runtimes = await Client.ListRuntimesAsync();
        Assert.Equal("container", runtimes.Sandbox);
        Assert.Equal(Node.Runtimes, runtimes.Runtimes);
        var fleet = await Client.ListEnvironmentsAsync("hello");
        Assert.Equal(("env-1", 7L), (fleet.Environments.Single().EnvironmentId, fleet.Environments.Single().Invocations));
    }

    [Theory]
    [InlineData("NewException", """{"message":"new"}""", "NewException", "new")]
    [InlineData("ServiceException:http://internal.amazon.com/", """{"Message":"own"}""", "ServiceException", "own")]
    [InlineData("ValidationException", "no JSON", "ValidationException", "no JSON")]
    public async Task An_error_is_rebuilt_from_what_the_node_says(string type, string body, string name, string message)
    {
        Node.NextRefusal(418, type, body);
        var error = await Assert.ThrowsAsync<LambdaException>(() => Client.GetAccountSettingsAsync());
        Assert.Equal((name, message, 418), (error.Code.Name, error.Message, error.HttpStatus));
    }

    [Fact]
    public async Task Every_code_of_the_catalogue_comes_back_as_itself()
    {
        using var once = new HearthClient(Node.Options() with { Retry = new() { MaxAttempts = 1 } });
        foreach (var code in ErrorCode.All)
        {
            Node.NextRefusal(code.HttpStatus, code.Name, code.Member == MessageMember.LowerCase ? """{"message":"m"}""" : """{"Message":"m"}""");
            var error = await Assert.ThrowsAsync<LambdaException>(() => once.GetAccountSettingsAsync());
            Assert.Equal((code, "m"), (error.Code, error.Message));
        }
    }

    [Fact]
    public async Task Something_else_that_listens_there_is_told_from_a_node()
    {
        Node.Next(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("<html>nginx</html>");
        });
        var error = await Assert.ThrowsAsync<LambdaException>(() => Client.GetAccountSettingsAsync());
        Assert.Equal("Http404", error.Code.Name);
        Assert.Contains("<html>nginx</html>. Is a Hearth node listening there?", error.Message, StringComparison.Ordinal);

        Node.Next(context => context.Response.WriteAsync("hello"));
        error = await Assert.ThrowsAsync<LambdaException>(() => Client.GetAccountSettingsAsync());
        Assert.Contains("no AccountSettings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_name_is_refused_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Client.GetFunctionAsync(" "));
        Assert.Empty(Node.Seen);
    }
}
