using System.Text.Json.Nodes;
using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;

namespace Conformance.Tests.BadInput;

/// <summary>What Lambda has and Hearth does not have yet is refused by its name, never ignored.</summary>
[Collection(OnProcesses.Name)]
public sealed class LaterFeatureTests(ProcessNode shared)
{
    private Node Node { get; } = shared.Node;

    [Theory]
    [InlineData("Publish", "true")]
    [InlineData("Layers", """["arn:aws:lambda:us-east-1:000000000000:layer:one:1"]""")]
    [InlineData("Tags", """{"team": "blue"}""")]
    [InlineData("VpcConfig", """{"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}""")]
    [InlineData("DeadLetterConfig", """{"TargetArn": "arn:aws:sqs:us-east-1:000000000000:q"}""")]
    [InlineData("KMSKeyArn", "\"arn:aws:kms:us-east-1:000000000000:key/1\"")]
    [InlineData("FileSystemConfigs", """[{"Arn": "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-1", "LocalMountPath": "/mnt/a"}]""")]
    [InlineData("CodeSigningConfigArn", "\"arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-1\"")]
    [InlineData("SnapStart", """{"ApplyOn": "PublishedVersions"}""")]
    [InlineData("LoggingConfig", """{"LogFormat": "JSON"}""")]
    [InlineData("DurableConfig", """{"ExecutionTimeout": 5}""")]
    public async Task A_member_of_a_later_feature_is_refused_by_name(string member, string json)
    {
        var name = Node.NewName("later");
        var request = CreateRequest.Json(name);
        request[member] = JsonNode.Parse(json);
        var message = (await Node.PostAsync("2015-03-31/functions", request.ToJsonString())).AssertRefused(400, "InvalidParameterValueException");
        Assert.Contains(member, message);
        Assert.EndsWith(" is not supported by this version of Hearth.", message);
        await shared.AssertWellAsync(refused: name);
    }

    [Fact]
    public async Task A_container_image_is_refused_where_nothing_isolates_it()
    {
        var name = Node.NewName("image");
        var request = new JsonObject
        {
            ["FunctionName"] = name,
            ["Role"] = Source.Role,
            ["PackageType"] = "Image",
            ["Code"] = new JsonObject { ["ImageUri"] = "example.test/app:1" },
        };
        var message = (await Node.PostAsync("2015-03-31/functions", request.ToJsonString())).AssertRefused(400, "InvalidParameterValueException");
        Assert.Equal("PackageType Image needs containers, which this node has not: it runs with --sandbox process.", message);
        await shared.AssertWellAsync(refused: name);
    }

    [Fact]
    public async Task An_event_invocation_is_refused_and_not_run()
    {
        var function = await Node.CreateAsync(Source.Echo);
        var message = (await function.InvokeAsync("{}", ("X-Amz-Invocation-Type", "Event"))).AssertRefused(400, "InvalidParameterValueException");
        Assert.Equal("InvocationType Event is not supported by this version of Hearth.", message);
        Assert.Empty(await function.EnvironmentsAsync());
    }

    [Theory]
    [InlineData("POST", "2015-03-31/functions/{0}/versions", "Versions")]
    [InlineData("GET", "2015-03-31/functions/{0}/versions", "Versions")]
    [InlineData("POST", "2015-03-31/functions/{0}/aliases", "Aliases")]
    [InlineData("GET", "2015-03-31/functions/{0}/aliases/live", "Aliases")]
    [InlineData("PUT", "2017-10-31/functions/{0}/concurrency", "Reserved concurrency")]
    [InlineData("PUT", "2019-09-30/functions/{0}/provisioned-concurrency?Qualifier=1", "Provisioned concurrency")]
    [InlineData("PUT", "2019-09-25/functions/{0}/event-invoke-config", "Event invoke configurations")]
    [InlineData("POST", "2021-10-31/functions/{0}/url", "Function URLs")]
    [InlineData("POST", "2015-03-31/functions/{0}/policy", "Permissions")]
    [InlineData("POST", "2014-11-13/functions/{0}/invoke-async", "InvokeAsync")]
    [InlineData("GET", "2015-03-31/event-source-mappings", "Event source mappings")]
    [InlineData("GET", "2018-10-31/layers", "Layers")]
    [InlineData("POST", "2018-10-31/layers/one/versions", "Layers")]
    [InlineData("GET", "2017-03-31/tags/arn:aws:lambda:us-east-1:000000000000:function:{0}", "Tags")]
    [InlineData("GET", "2020-04-22/code-signing-configs", "Code signing")]
    [InlineData("GET", "2021-07-20/functions/{0}/runtime-management-config", "Runtime management")]
    public async Task An_operation_of_a_later_feature_is_refused_by_name(string method, string path, string feature)
    {
        var answer = await Node.SendAsync(new HttpMethod(method), string.Format(path, "some"), method == "GET" ? null : "{}"u8.ToArray());
        Assert.StartsWith($"{feature}: not supported by this version of Hearth", answer.AssertRefused(404, "UnknownOperationException"));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "nothing/here")]
    [InlineData("PATCH", "2015-03-31/functions/some")]
    [InlineData("POST", "2099-01-01/functions")]
    public async Task What_is_no_operation_at_all_is_refused_too(string method, string path)
    {
        var answer = await Node.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}"u8.ToArray());
        Assert.InRange(answer.Status, 404, 405);
        Assert.NotNull(answer.ErrorType);
    }
}
