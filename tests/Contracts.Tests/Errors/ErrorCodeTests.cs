using System.Reflection;
using System.Text.Json;
using Hearth.Contracts.Errors;

namespace Hearth.Contracts.Tests.Errors;

public class ErrorCodeTests
{
    /// <summary>Lambda's API model as Debian's <c>python3-botocore</c> installs it; <c>deploy/test.sh</c> installs the package.</summary>
    private const string ModelFile = "/usr/lib/python3/dist-packages/botocore/data/lambda/2015-03-31/service-2.json";

    /// <summary>Codes that AWS answers with though the model of 2022 does not list them, as recorded responses show.</summary>
    private static readonly string[] BeyondTheModel =
    [
        "AccessDeniedException", "RequestEntityTooLargeException", "SerializationException", "ServiceUnavailableException",
        "UnknownOperationException", "ValidationException",
    ];

    [Fact]
    public void The_catalogue_lists_every_code_once()
    {
        var declared = typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(ErrorCode))
            .Select(field => (ErrorCode)field.GetValue(null)!);
        Assert.Equal(declared.OrderBy(code => code.Name), ErrorCode.All.OrderBy(code => code.Name));
        Assert.Equal(ErrorCode.All.Count, ErrorCode.All.DistinctBy(code => code.Name).Count());
    }

    [Fact]
    public void A_code_is_found_by_its_name_and_an_unknown_name_gives_none()
    {
        Assert.All(ErrorCode.All, code => Assert.Same(code, ErrorCode.Find(code.Name)));
        Assert.Null(ErrorCode.Find("resourcenotfoundexception"));
        Assert.Null(ErrorCode.Find(""));
    }

    [Fact]
    public void Status_and_members_agree_with_the_api_model()
    {
        Assert.True(File.Exists(ModelFile), $"{ModelFile} is missing: install python3-botocore.");
        using var model = JsonDocument.Parse(File.ReadAllBytes(ModelFile));
        var shapes = model.RootElement.GetProperty("shapes");
        var differences = new List<string>();
        foreach (var code in ErrorCode.All)
        {
            if (!shapes.TryGetProperty(code.Name, out var shape))
            {
                if (!BeyondTheModel.Contains(code.Name))
                    differences.Add($"{code.Name} is not in the model");
                continue;
            }

            var members = shape.GetProperty("members");
            var lowerCase = members.TryGetProperty("message", out _);
            if (shape.GetProperty("error").GetProperty("httpStatusCode").GetInt32() != code.HttpStatus)
                differences.Add($"{code.Name}: status {code.HttpStatus}");
            if (lowerCase == members.TryGetProperty("Message", out _) || lowerCase != (code.Member == MessageMember.LowerCase))
                differences.Add($"{code.Name}: message as {code.Member}");
            if (members.TryGetProperty("Type", out _) != code.HasType)
                differences.Add($"{code.Name}: Type {code.HasType}");
        }

        Assert.Empty(differences);
    }

    [Fact]
    public void Throttle_reasons_are_among_the_models()
    {
        using var model = JsonDocument.Parse(File.ReadAllBytes(ModelFile));
        var known = model.RootElement.GetProperty("shapes").GetProperty("ThrottleReason").GetProperty("enum")
            .EnumerateArray().Select(value => value.GetString()!);
        Assert.Subset(Enum.GetNames<ThrottleReason>().ToHashSet(), known.ToHashSet());
    }
}
