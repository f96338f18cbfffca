using System.Text.Json;
using Hearth.Contracts.Api;

namespace Hearth.Contracts.Tests.Api;

public class ApiJsonTests
{
    private const string ModelFile = "/usr/lib/python3/dist-packages/botocore/data/lambda/2015-03-31/service-2.json";

    /// <summary>Members that the model of 2022 does not have yet and today's AWS answers with.</summary>
    private static readonly string[] NewerMembers = ["LoggingConfig"];

    private static readonly FunctionConfiguration Hello = new()
    {
        FunctionName = "hello",
        FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:hello",
        Runtime = "python3.11",
        Role = "arn:aws:iam::000000000000:role/any",
        Handler = "app.handler",
        CodeSize = 321,
        Description = "grüßt <alle> & 'jeden'",
        Timeout = 3,
        MemorySize = 128,
        LastModified = "2026-01-31T09:30:00.000+0000",
        CodeSha256 = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
        Version = "$LATEST",
        RevisionId = "r-1",
        State = FunctionState.Active,
        LastUpdateStatus = LastUpdateStatus.Successful,
        Architectures = ["x86_64"],
        EphemeralStorage = new EphemeralStorage(512),
        LoggingConfig = new LoggingConfig("Text", "/aws/lambda/hello"),
    };

    [Fact]
    public void A_configuration_is_written_with_awss_names_and_enum_names_and_without_nulls() => Assert.Equal(
        """
        {"FunctionName":"hello","FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:hello","Runtime":"python3.11","Role":"arn:aws:iam::000000000000:role/any","Handler":"app.handler","CodeSize":321,"Description":"grüßt <alle> & 'jeden'","Timeout":3,"MemorySize":128,"LastModified":"2026-01-31T09:30:00.000+0000","CodeSha256":"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=","Version":"$LATEST","TracingConfig":{"Mode":"PassThrough"},"RevisionId":"r-1","State":"Active","LastUpdateStatus":"Successful","PackageType":"Zip","Architectures":["x86_64"],"EphemeralStorage":{"Size":512},"SnapStart":{"ApplyOn":"None","OptimizationStatus":"Off"},"LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/hello"}}
        """,
        JsonSerializer.Serialize(Hello, ApiJson.Relaxed.FunctionConfiguration));

    [Fact]
    public void Every_member_of_a_configuration_is_one_of_the_api_model()
    {
        Assert.True(File.Exists(ModelFile), $"{ModelFile} is missing: install python3-botocore.");
        using var model = JsonDocument.Parse(File.ReadAllBytes(ModelFile));
        var known = model.RootElement.GetProperty("shapes").GetProperty("FunctionConfiguration").GetProperty("members")
            .EnumerateObject().Select(member => member.Name).Concat(NewerMembers);
        Assert.Empty(typeof(FunctionConfiguration).GetProperties().Select(property => property.Name).Except(known));
    }

    [Fact]
    public void A_configuration_reads_back_as_it_was_written()
    {
        var full = Hello with
        {
            State = FunctionState.Failed,
            StateReason = "no disk",
            StateReasonCode = "InternalError",
            LastUpdateStatus = LastUpdateStatus.InProgress,
            LastUpdateStatusReason = "The function is being created.",
            LastUpdateStatusReasonCode = "Creating",
            Environment = new EnvironmentResponse(new Dictionary<string, string> { ["A"] = "1", ["b"] = "" }),
        };
        var json = JsonSerializer.Serialize(full, ApiJson.Relaxed.FunctionConfiguration);
        var read = JsonSerializer.Deserialize(json, ApiJson.Relaxed.FunctionConfiguration)!;
        Assert.Equal(json, JsonSerializer.Serialize(read, ApiJson.Relaxed.FunctionConfiguration));
        Assert.Contains("\"State\":\"Failed\"", json);
        Assert.Contains("\"LastUpdateStatus\":\"InProgress\"", json);
        Assert.Contains("""
            "Environment":{"Variables":{"A":"1","b":""}}
            """, json);
    }

    [Fact]
    public void A_create_request_as_the_aws_cli_sends_it_is_read()
    {
        var request = JsonSerializer.Deserialize(
            """
            {"FunctionName": "hello", "Runtime": "python3.11", "Role": "arn:aws:iam::000000000000:role/any", "Handler": "app.handler",
             "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}, "Description": "", "Timeout": 10, "MemorySize": 256, "Publish": false,
             "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}, "PackageType": "Zip", "Environment": {"Variables": {"STAGE": "dev"}},
             "TracingConfig": {"Mode": "PassThrough"}, "Tags": {}, "Layers": [], "Architectures": ["x86_64"], "EphemeralStorage": {"Size": 512}}
            """,
            ApiJson.Relaxed.CreateFunctionRequest)!;
        Assert.Equal("hello", request.FunctionName);
        Assert.Equal("python3.11", request.Runtime);
        Assert.Equal([0x50, 0x4B, 5, 6], request.Code!.ZipFile![..4]);
        Assert.Equal(10, request.Timeout);
        Assert.Equal(256, request.MemorySize);
        Assert.Equal("dev", request.Environment!.Variables!["STAGE"]);
        Assert.Equal(["x86_64"], request.Architectures!);
        Assert.Equal(512, request.EphemeralStorage!.Size);
        Assert.Equal(JsonValueKind.Array, request.Layers!.Value.ValueKind);
        Assert.False(request.Publish);
        Assert.Null(request.SnapStart);
    }

    [Fact]
    public void Members_that_no_version_of_the_model_has_are_ignored()
    {
        var request = JsonSerializer.Deserialize(
            """{"FunctionName":"hello","Colour":{"deep":[1,2]},"functionname":"other"}""", ApiJson.Relaxed.CreateFunctionRequest)!;
        Assert.Equal("hello", request.FunctionName);
    }

    [Theory]
    [InlineData("""{"Timeout":"ten"}""")]
    [InlineData("""{"Timeout":1.5}""")]
    [InlineData("""{"MemorySize":99999999999}""")]
    [InlineData("""{"Code":{"ZipFile":"no base64!"}}""")]
    [InlineData("""{"Environment":{"Variables":{"A":1}}}""")]
    [InlineData("""[]""")]
    public void A_member_of_another_type_is_an_error_and_not_a_default(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ApiJson.Relaxed.CreateFunctionRequest));
}
