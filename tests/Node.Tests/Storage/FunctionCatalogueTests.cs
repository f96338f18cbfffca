using Hearth.Contracts.Api;
using Hearth.Contracts.Identity;
using Hearth.Node.Functions;
using Hearth.Node.Storage;
using LinqToDB.Data;
using static Hearth.Node.Tests.Support.Samples;

namespace Hearth.Node.Tests.Storage;

public sealed class SqliteFunctionCatalogueTests() : FunctionCatalogueTests(TempDatabase.Sqlite());

public sealed class PostgresFunctionCatalogueTests(PostgresServer server) : FunctionCatalogueTests(TempDatabase.On(server)), IClassFixture<PostgresServer>;

public abstract class FunctionCatalogueTests : IDisposable
{
    private readonly TempDatabase _database;
    private readonly FunctionCatalogue _catalogue;

    private protected FunctionCatalogueTests(TempDatabase database) => (_database, _catalogue) = (database, new FunctionCatalogue(database.Database));

    public void Dispose()
    {
        _database.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_function_is_listed_as_it_was_written()
    {
        var configuration = Configuration("hello") with { Description = "grüßt", StateReason = "x" };
        await PutAsync("hello", 1, configuration);
        var listed = Assert.Single(await ListAsync(null, 50));
        Assert.Equal(Json(configuration), Json(listed));
    }

    [Fact]
    public async Task A_thousand_functions_come_in_pages_in_the_order_of_their_names()
    {
        var names = Enumerable.Range(0, 1_000).Select(n => $"{"aAbBzZ_-09"[n % 10]}{n * 7919 % 1_000:000}").ToList();
        foreach (var name in names)
            await PutAsync(name, 1, Configuration(name));

        var listed = new List<string>();
        for (string? marker = null; ;)
        {
            var page = await ListAsync(marker, 50);
            if (page.Count == 0)
                break;
            Assert.InRange(page.Count, 1, 50);
            listed.AddRange(page.Select(function => function.FunctionName));
            marker = listed[^1];
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task A_page_starts_after_its_marker_even_where_that_is_no_function_any_more()
    {
        foreach (var name in new[] { "a", "c", "d" })
            await PutAsync(name, 1, Configuration(name));
        Assert.Equal(["c", "d"], (await ListAsync("b", 50)).Select(function => function.FunctionName));
        Assert.Equal(["c"], (await ListAsync("a", 1)).Select(function => function.FunctionName));
        Assert.Empty(await ListAsync("d", 50));
    }

    [Fact]
    public async Task An_older_sequence_number_changes_nothing_and_an_equal_or_newer_one_replaces()
    {
        await PutAsync("hello", 5, Configuration("hello") with { Description = "five" });
        await PutAsync("hello", 4, Configuration("hello") with { Description = "four" });
        Assert.Equal("five", Assert.Single(await ListAsync(null, 50)).Description);
        await PutAsync("hello", 5, Configuration("hello") with { Description = "five again" });
        Assert.Equal("five again", Assert.Single(await ListAsync(null, 50)).Description);
        await PutAsync("hello", 6, null);
        await PutAsync("hello", 5, Configuration("hello"));
        Assert.Empty(await ListAsync(null, 50));
    }

    [Fact]
    public async Task A_deleted_function_is_in_no_list_and_no_total_and_its_name_comes_back()
    {
        await PutAsync("hello", 1, Configuration("hello"));
        await PutAsync("other", 1, Configuration("other") with { CodeSize = 1_000, CodeSha256 = OtherCode.Sha256 });
        Assert.Equal(new CatalogueTotals(2, 1_321), await _catalogue.TotalsAsync(default));
        Assert.Equal([OtherCode.Sha256, Code.Sha256], (await _catalogue.CodeInUseAsync(default))!.Order(StringComparer.Ordinal));

        await PutAsync("hello", 2, null);
        Assert.Equal("other", Assert.Single(await ListAsync(null, 50)).FunctionName);
        Assert.Equal(new CatalogueTotals(1, 1_000), await _catalogue.TotalsAsync(default));
        Assert.Equal([OtherCode.Sha256], (await _catalogue.CodeInUseAsync(default))!);

        await PutAsync("hello", 3, Configuration("hello"));
        Assert.Equal(2, (await ListAsync(null, 50)).Count);
    }

    [Fact]
    public async Task While_a_function_is_updated_it_is_not_known_what_code_is_in_use()
    {
        await PutAsync("other", 1, Configuration("other"));
        await PutAsync("hello", 1, Configuration("hello") with { LastUpdateStatus = LastUpdateStatus.InProgress });
        Assert.Null(await _catalogue.CodeInUseAsync(default));
        await PutAsync("hello", 2, Configuration("hello") with { LastUpdateStatus = LastUpdateStatus.Successful });
        Assert.NotNull(await _catalogue.CodeInUseAsync(default));
    }

    [Fact]
    public async Task Runtimes_in_use_are_told_with_the_sizes_of_their_functions_the_most_used_last()
    {
        await PutAsync("a", 1, Configuration("a") with { Runtime = "java17", MemorySize = 512 });
        await PutAsync("b", 1, Configuration("b") with { Runtime = "java17", MemorySize = 512 });
        await PutAsync("c", 1, Configuration("c") with { Runtime = "java17", MemorySize = 1_024 });
        await PutAsync("image", 1, Configuration("image") with { Runtime = null });
        await PutAsync("gone", 2, null);
        Assert.Equal([new RuntimeInUse("java17", 1_024), new RuntimeInUse("java17", 512)], await _catalogue.RuntimesInUseAsync(default));
    }

    [Fact]
    public async Task An_empty_catalogue_has_totals_of_nothing()
    {
        Assert.Equal(new CatalogueTotals(0, 0), await _catalogue.TotalsAsync(default));
        Assert.Empty((await _catalogue.CodeInUseAsync(default))!);
        Assert.Empty(await ListAsync(null, 50));
    }

    [Fact]
    public async Task Behind_an_empty_journal_nothing_lags() => Assert.Empty(await _catalogue.LaggingAsync(default));

    [Fact]
    public async Task Functions_whose_journal_is_ahead_of_their_row_are_named()
    {
        using (var connection = _database.Database.Open())
        {
            foreach (var (id, number) in new[] { ("function-behind", 1), ("function-behind", 3), ("function-new", 1), ("function-level", 2), ("function-gone", 2), ("/sharding/functionCoordinator", 7), ("functionary", 9) })
                connection.Execute($"INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, FALSE, '{id}', {number}, '')");
        }

        await PutAsync("behind", 2, Configuration("behind"));
        await PutAsync("level", 2, Configuration("level"));
        await PutAsync("gone", 2, null);
        Assert.Equal(["behind", "new"], (await _catalogue.LaggingAsync(default)).Order());
    }

    [Fact]
    public async Task Many_functions_written_at_once_are_all_there()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(() => PutAsync($"f{n}", 1, Configuration($"f{n}")))));
        Assert.Equal(64, (await ListAsync(null, 100)).Count);
    }

    private Task PutAsync(string name, long sequenceNumber, FunctionConfiguration? configuration) =>
        _catalogue.PutAsync(new CatalogueEntry(name, sequenceNumber, configuration), default);

    private Task<IReadOnlyList<FunctionConfiguration>> ListAsync(string? marker, int limit) => _catalogue.ListAsync(marker, limit, default);

    private static FunctionConfiguration Configuration(string name) =>
        new FunctionRecord(Settings, Code, "r1", Time, FunctionState.Active, LastUpdateStatus.Successful, null, null).Describe(name, Partition.Default);

    private static string Json(FunctionConfiguration configuration) =>
        System.Text.Json.JsonSerializer.Serialize(configuration, ApiJson.Relaxed.FunctionConfiguration);
}
