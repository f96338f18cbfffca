using System.Reflection;
using NetArchTest.Rules;

namespace Hearth.Architecture.Tests;

/// <summary>Who may name whom; the table of ARCHITECTURE.md. Program, Hosting and Wire see everything.</summary>
public sealed class FolderTests
{
    private static readonly Assembly Node = Assembly.Load("hearth-node");

    private static readonly Dictionary<string, string[]> MayName = new()
    {
        ["Gateway"] = ["Functions", "Membership", "DataChannel", "Inspection", "Workers", "Packages", "Runtimes", "Logs", "Storage"],
        ["Inspection"] = ["Functions", "Membership", "Workers"],
        ["Functions"] = ["Concurrency", "Pools", "Membership", "Workers", "Storage"],
        ["Membership"] = [],
        ["DataChannel"] = ["Workers", "Logs"],
        ["Workers"] = ["Packages", "Runtimes", "Logs"],
        ["RuntimeApi"] = ["Workers"],
        ["Concurrency"] = [],
        ["Pools"] = [],
        ["Packages"] = [],
        ["Runtimes"] = [],
        ["Logs"] = [],
        ["Storage"] = ["Packages"],
    };

    public static TheoryData<string> Folders => [.. MayName.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_of_the_node_names_only_those_below_it(string folder)
    {
        var forbidden = MayName.Keys.Append("Hosting").Append("Wire")
            .Where(other => other != folder && !MayName[folder].Contains(other))
            .Select(other => $"Hearth.Node.{other}")
            .ToArray();
        AssertNoDependency(TypesOf(folder), forbidden);
    }

    [Theory]
    [InlineData("Pools")]
    [InlineData("Packages")]
    [InlineData("Runtimes")]
    [InlineData("Logs")]
    [InlineData("Storage")]
    [InlineData("Gateway")]
    [InlineData("RuntimeApi")]
    [InlineData("DataChannel")]
    public void Only_folders_with_actors_name_Akka(string folder) => AssertNoDependency(TypesOf(folder), "Akka");

    [Fact]
    public void Every_folder_of_the_node_has_a_rule()
    {
        var folders = Node.GetTypes()
            .Select(type => type.Namespace)
            .Where(name => name?.StartsWith("Hearth.Node.", StringComparison.Ordinal) == true)
            .Select(name => name!.Split('.')[2])
            .Distinct();
        Assert.Empty(folders.Except(MayName.Keys).Except(["Hosting", "Wire"]));
    }

    [Fact]
    public void Contracts_name_no_actor_no_server_and_no_other_assembly_of_Hearth() =>
        AssertNoDependency(
            Types.InAssembly(typeof(Contracts.Limits).Assembly), "Akka", "Microsoft.AspNetCore", "Hearth.Node", "Hearth.Client", "Hearth.CommandLine");

    [Fact]
    public void The_client_names_only_Contracts() =>
        AssertNoDependency(Types.InAssembly(typeof(Client.HearthClient).Assembly), "Akka", "Microsoft.AspNetCore", "Hearth.Node", "Hearth.CommandLine");

    [Fact]
    public void A_dependency_that_is_there_is_seen() =>
        Assert.False(TypesOf("Gateway").ShouldNot().HaveDependencyOnAny("Hearth.Node.Functions").GetResult().IsSuccessful);

    private static PredicateList TypesOf(string folder) =>
        Types.InAssembly(Node).That().ResideInNamespaceMatching($@"^Hearth\.Node\.{folder}(\.|$)");

    private static void AssertNoDependency(Types types, params string[] forbidden) =>
        AssertNoDependency(types.That().HaveNameMatching("."), forbidden);

    private static void AssertNoDependency(PredicateList types, params string[] forbidden)
    {
        var result = types.ShouldNot().HaveDependencyOnAny(forbidden).GetResult();
        Assert.True(result.IsSuccessful, $"names what it may not: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }
}
