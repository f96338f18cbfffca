namespace Hearth.Contracts.Identity;

/// <summary>The region and account that a Hearth installation answers for; together they make its ARNs.</summary>
public sealed record Partition(string Region, string AccountId)
{
    public static readonly Partition Default = new("us-east-1", "000000000000");

    /// <summary>The unqualified ARN of a function: <c>arn:aws:lambda:REGION:ACCOUNT:function:NAME</c>.</summary>
    public string FunctionArn(string name) => $"arn:aws:lambda:{Region}:{AccountId}:function:{name}";

    /// <summary>The ARN as a caller qualified it; unqualified where <paramref name="qualifier"/> is null.</summary>
    public string FunctionArn(string name, string? qualifier) =>
        qualifier is null ? FunctionArn(name) : $"{FunctionArn(name)}:{qualifier}";
}
