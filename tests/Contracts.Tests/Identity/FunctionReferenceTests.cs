using CsCheck;
using Hearth.Contracts.Identity;

namespace Hearth.Contracts.Tests.Identity;

public class FunctionReferenceTests
{
    private const string NameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    private static readonly string[] Regions = ["us-east-1", "eu-west-3", "us-gov-east-1", "ap-southeast-2"];

    private static readonly Gen<FunctionReference> GenReference =
        from name in Text(NameCharacters, 1, 64)
        from latest in Gen.Bool
        from qualifier in Optional(Text(NameCharacters, 1, 128))
        from account in Optional(Text("0123456789", 12, 12))
        from region in Optional(Gen.Int[0, Regions.Length - 1].Select(index => Regions[index]))
        select new FunctionReference(name, latest ? FunctionReference.Latest : qualifier, account is null ? null : region, account);

    [Theory]
    [InlineData("hello", "hello", null, null, null)]
    [InlineData("Hello_World-2", "Hello_World-2", null, null, null)]
    [InlineData("hello:$LATEST", "hello", "$LATEST", null, null)]
    [InlineData("hello:7", "hello", "7", null, null)]
    [InlineData("hello:live", "hello", "live", null, null)]
    [InlineData("function:hello", "hello", null, null, null)]
    [InlineData("function:hello:live", "hello", "live", null, null)]
    [InlineData("123456789012:function:hello", "hello", null, null, "123456789012")]
    [InlineData("123456789012:function:hello:live", "hello", "live", null, "123456789012")]
    [InlineData("arn:aws:lambda:us-east-1:000000000000:function:hello", "hello", null, "us-east-1", "000000000000")]
    [InlineData("arn:aws:lambda:eu-west-1:000000000000:function:hello:$LATEST", "hello", "$LATEST", "eu-west-1", "000000000000")]
    [InlineData("arn:aws-cn:lambda:cn-north-1:000000000000:function:hello:9", "hello", "9", "cn-north-1", "000000000000")]
    [InlineData("arn:aws-us-gov:lambda:us-gov-west-1:000000000000:function:hello", "hello", null, "us-gov-west-1", "000000000000")]
    public void A_name_in_each_of_its_forms_gives_its_parts(string text, string name, string? qualifier, string? region, string? account)
    {
        Assert.True(FunctionReference.TryParse(text, out var reference));
        Assert.Equal(new FunctionReference(name, qualifier, region, account), reference);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" hello")]
    [InlineData("hello ")]
    [InlineData("hello\n")]
    [InlineData("hello:live\n")]
    [InlineData("hel/lo")]
    [InlineData("hel.lo")]
    [InlineData("grüße")]
    [InlineData("hello\u0661")]
    [InlineData("hello:")]
    [InlineData(":live")]
    [InlineData("hello:a:b")]
    [InlineData("hello:$latest")]
    [InlineData("hello:$LATEST2")]
    [InlineData("hello:li ve")]
    [InlineData("12345678901:function:hello")]
    [InlineData("1234567890123:function:hello")]
    [InlineData("\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661:function:hello")]
    [InlineData("arn:aws:lambda:us-east-1:000000000000:hello")]
    [InlineData("arn:aws:lambda:us-east:000000000000:function:hello")]
    [InlineData("arn:aws:s3:us-east-1:000000000000:function:hello")]
    [InlineData("arn:aws:lambda:us-east-1:000000000000:function:")]
    [InlineData("arn:aws:lambda::000000000000:function:hello")]
    [InlineData("$LATEST")]
    public void A_text_that_is_no_name_is_refused(string text)
    {
        Assert.False(FunctionReference.TryParse(text, out var reference));
        Assert.Null(reference);
    }

    [Theory]
    [InlineData(64, 1, true)]
    [InlineData(65, 1, false)]
    [InlineData(1, 128, true)]
    [InlineData(1, 129, false)]
    [InlineData(100_000, 1, false)]
    public void A_name_has_at_most_64_characters_and_a_qualifier_128(int nameLength, int qualifierLength, bool valid) =>
        Assert.Equal(valid, FunctionReference.TryParse($"{new string('n', nameLength)}:{new string('q', qualifierLength)}", out _));

    [Fact]
    public void What_is_built_from_parts_parses_back_to_them() => GenReference.Sample(expected =>
    {
        var qualifier = expected.Qualifier is null ? "" : $":{expected.Qualifier}";
        var text = expected switch
        {
            { AccountId: null } => $"{expected.Name}{qualifier}",
            { Region: null } => $"{expected.AccountId}:function:{expected.Name}{qualifier}",
            _ => new Partition(expected.Region!, expected.AccountId!).FunctionArn(expected.Name, expected.Qualifier),
        };
        Assert.True(FunctionReference.TryParse(text, out var parsed), text);
        Assert.Equal(expected, parsed);
    });

    [Fact]
    public void No_text_makes_the_parser_fail_and_what_it_accepts_is_made_of_allowed_characters() =>
        Gen.String[0, 40].Sample(text =>
        {
            if (FunctionReference.TryParse(text, out var parsed))
                Assert.All(parsed.Name, character => Assert.Contains(character, NameCharacters));
        });

    private static Gen<string> Text(string characters, int min, int max) =>
        Gen.Char[characters].Array[min, max].Select(chosen => new string(chosen));

    private static Gen<string?> Optional(Gen<string> gen) => Gen.Select(gen, Gen.Bool, (text, given) => given ? text : null);
}
