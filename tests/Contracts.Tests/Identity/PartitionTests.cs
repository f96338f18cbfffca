using Hearth.Contracts.Identity;

namespace Hearth.Contracts.Tests.Identity;

public class PartitionTests
{
    [Fact]
    public void An_arn_names_region_account_and_function() =>
        Assert.Equal("arn:aws:lambda:eu-west-1:123456789012:function:hello", new Partition("eu-west-1", "123456789012").FunctionArn("hello"));

    [Fact]
    public void An_arn_carries_the_qualifier_only_where_one_was_given()
    {
        Assert.Equal("arn:aws:lambda:us-east-1:000000000000:function:hello:$LATEST", Partition.Default.FunctionArn("hello", "$LATEST"));
        Assert.Equal(Partition.Default.FunctionArn("hello"), Partition.Default.FunctionArn("hello", null));
    }
}
