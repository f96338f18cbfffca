using System.Text.Json;
using System.Text.Json.Nodes;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.BadInput;

/// <summary>What no function can be made of. Each is refused in AWS's shape, and the node stays as it was.</summary>
[Collection(OnProcesses.Name)]
public sealed class CreateRefusalTests(ProcessNode shared)
{
    private const string Parameter = "InvalidParameterValueException", Validation = "ValidationException";

    private Node Node { get; } = shared.Node;

    /// <summary>The member, its value in JSON, the exception, and what its message says.</summary>
    public static TheoryData<string, string, string, string> Members => new()
    {
        { "MemorySize", "127", Validation, "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128" },
        { "MemorySize", "10241", Validation, "Value '10241' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 10240" },
        { "Timeout", "0", Validation, "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1" },
        { "Timeout", "901", Validation, "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900" },
        { "EphemeralStorage", """{"Size": 511}""", Validation, "at 'ephemeralStorage.size' failed to satisfy constraint" },
        { "Runtime", "\"cobol85\"", Parameter, "Value cobol85 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [" },
        { "Runtime", "\"java21\"", Parameter, "java21" },
        { "Runtime", "null", Parameter, "Runtime is mandatory for functions created with deployment packages." },
        { "Handler", "null", Parameter, "Handler is mandatory for functions created with deployment packages." },
        { "Handler", "\"two words\"", Validation, "at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+" },
        { "Role", "null", Validation, "Value null at 'role' failed to satisfy constraint: Member must not be null" },
        { "Role", "\"me\"", Validation, "Value 'me' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern" },
        { "FunctionName", "null", Validation, "Value null at 'functionName' failed to satisfy constraint: Member must not be null" },
        { "FunctionName", "\"a/b\"", Validation, "Value 'a/b' at 'functionName' failed to satisfy constraint" },
        { "FunctionName", "\"\"", Validation, "at 'functionName' failed to satisfy constraint" },
        { "Code", "null", Validation, "Value null at 'code' failed to satisfy constraint: Member must not be null" },
        { "Code", "{}", Parameter, "Please provide a source for function code." },
        { "Description", $"\"{new string('d', 257)}\"", Validation, "at 'description' failed to satisfy constraint: Member must have length less than or equal to 256" },
        { "Environment", """{"Variables": {"AWS_REGION": "mars"}}""", Parameter, "Reserved keys used in this request: AWS_REGION" },
        { "Environment", """{"Variables": {"_HANDLER": "x"}}""", Parameter, "Reserved keys used in this request: _HANDLER" },
        { "Environment", """{"Variables": {"1ST": "x"}}""", Validation, "failed to satisfy constraint" },
        { "Environment", "{\"Variables\": {\"LARGE\": \"" + new string('x', 5_000) + "\"}}", Parameter, "exceeded the 4KB limit. String measured: {\"LARGE\":\"xxx" },
        { "Timeout", "\"soon\"", "SerializationException", "" },
        { "Code", """{"ZipFile": "not base64!"}""", "SerializationException", "" },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public async Task A_member_out_of_bounds_is_refused(string member, string json, string errorType, string problem)
    {
        var name = Node.NewName("refused");
        var request = CreateRequest.Json(name);
        request[member] = JsonNode.Parse(json);
        var message = (await CreateAsync(request)).AssertRefused(400, errorType);
        Assert.Contains(problem, message);
        await AssertNothingWasMadeAsync(name);
    }

    [Theory]
    [InlineData("", "InvalidRequestContentException")]
    [InlineData("no json", "InvalidRequestContentException")]
    [InlineData("{\"FunctionName\": ", "InvalidRequestContentException")]
    [InlineData("null", "InvalidRequestContentException")]
    [InlineData("[]", "SerializationException")]
    [InlineData("\"text\"", "SerializationException")]
    public async Task A_body_that_is_no_request_is_refused(string body, string errorType)
    {
        var message = (await Node.PostAsync("2015-03-31/functions", body)).AssertRefused(400, errorType);
        if (errorType == "InvalidRequestContentException")
            Assert.StartsWith("Could not parse request body into json: ", message);
        await shared.AssertWellAsync();
    }

    [Fact]
    public async Task Everything_that_is_missing_is_named_at_once()
    {
        var message = (await Node.PostAsync("2015-03-31/functions", """{"Timeout": 0}""")).AssertRefused(400, Validation);
        Assert.StartsWith("4 validation errors detected: ", message);
        Assert.All(["'functionName'", "'role'", "'code'", "'timeout'"], member => Assert.Contains(member, message));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        var body = new byte[70_167_212];
        Array.Fill(body, (byte)' ');
        var answer = await Node.SendAsync(HttpMethod.Post, "2015-03-31/functions", body);
        answer.AssertRefused(413, "RequestEntityTooLargeException");
        await shared.AssertWellAsync();
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_its_function_stays()
    {
        var function = await Node.CreateAsync(Source.Echo);
        var before = (await Node.GetAsync(function.Path)).Text;
        var again = Source.Python("def handler(event, context): return 'other'").Request(function.Name);
        var answer = await Node.PostAsync("2015-03-31/functions", JsonSerializer.Serialize(again));
        Assert.Equal($"Function already exist: {function.Name}", answer.AssertRefused(409, "ResourceConflictException"));
        Assert.Equal(before, (await Node.GetAsync(function.Path)).Text);
        Assert.Equal("1", (await function.InvokeAsync("1")).AssertSucceeded().Text);
    }

    [Fact]
    public async Task Tools_may_send_empty_members_for_what_they_do_not_use()
    {
        var name = Node.NewName("empties");
        var request = CreateRequest.Json(name);
        request["VpcConfig"] = JsonNode.Parse("""{"SubnetIds": [], "SecurityGroupIds": []}""");
        request["Layers"] = new JsonArray();
        request["Tags"] = new JsonObject();
        request["Publish"] = false;
        request["KMSKeyArn"] = "";
        request["DeadLetterConfig"] = new JsonObject();
        request["PackageType"] = "Zip";
        request["SnapStart"] = JsonNode.Parse("""{"ApplyOn": "None"}""");
        request["Environment"] = JsonNode.Parse("""{"Variables": {}}""");
        Assert.Equal(201, (await CreateAsync(request)).Status);
        await Node.Client.WaitUntilActiveAsync(name);
        (await new TestFunction(Node, name).InvokeAsync()).AssertSucceeded();
    }

    private Task<Answer> CreateAsync(JsonObject request) => Node.PostAsync("2015-03-31/functions", request.ToJsonString());

    private async Task AssertNothingWasMadeAsync(string name)
    {
        (await Node.GetAsync($"2015-03-31/functions/{name}")).AssertRefused(404, "ResourceNotFoundException");
        await shared.AssertWellAsync(refused: name);
    }
}
