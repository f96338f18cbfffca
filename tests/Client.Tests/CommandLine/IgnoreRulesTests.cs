using Hearth.CommandLine.Deploying;

namespace Hearth.Client.Tests.CommandLine;

public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "deep/er/a.log", true)]
    [InlineData("*.log", "a.logs", false)]
    [InlineData("/*.log", "deep/a.log", false)]
    [InlineData("docs/*.md", "docs/a.md", true)]
    [InlineData("docs/*.md", "docs/sub/a.md", false)]
    [InlineData("docs/**", "docs/sub/a.md", true)]
    [InlineData("docs/**/a.md", "docs/a.md", true)]
    [InlineData("docs/**/a.md", "docs/x/y/a.md", true)]
    [InlineData("**/test.py", "a/b/test.py", true)]
    [InlineData("data?.csv", "data1.csv", true)]
    [InlineData("data?.csv", "data12.csv", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("build/", "build", false)]
    [InlineData("# a.py", "a.py", false)]
    [InlineData("", "a.py", false)]
    [InlineData("/", "a.py", false)]
    public void A_pattern_matches_a_file(string pattern, string path, bool isIgnored) =>
        Assert.Equal(isIgnored, IgnoreRules.Parse(pattern).IsIgnored(path, isFolder: false));

    [Fact]
    public void A_slash_at_the_end_means_folders_only()
    {
        var rules = IgnoreRules.Parse("build/");
        Assert.True(rules.IsIgnored("build", isFolder: true));
        Assert.True(rules.IsIgnored("sub/build", isFolder: true));
        Assert.False(rules.IsIgnored("build", isFolder: false));
    }

    [Fact]
    public void The_last_pattern_that_matches_decides()
    {
        var rules = IgnoreRules.Parse("*.json", "!package.json", "sub/package.json");
        Assert.True(rules.IsIgnored("a.json", isFolder: false));
        Assert.False(rules.IsIgnored("package.json", isFolder: false));
        Assert.True(rules.IsIgnored("sub/package.json", isFolder: false));
    }
}
