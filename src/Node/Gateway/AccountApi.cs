using Hearth.Contracts;
using Hearth.Contracts.Api;
using Hearth.Node.Storage;

namespace Hearth.Node.Gateway;

/// <summary>GetAccountSettings.</summary>
internal sealed class AccountApi(IFunctionCatalogue catalogue, int concurrency)
{
    /// <summary>What AWS answers for the code storage of an account, in bytes: 75 GiB. Hearth does not limit it.</summary>
    private const long TotalCodeBytes = 80_530_636_800;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/2016-08-19/account-settings", GetAsync);

    private async Task GetAsync(HttpContext context)
    {
        var totals = await catalogue.TotalsAsync(context.RequestAborted);
        await ApiReplies.WriteAsync(
            context, StatusCodes.Status200OK,
            new AccountSettings(
                new AccountLimit(TotalCodeBytes, Limits.UnzippedPackageBytes, Limits.ZippedPackageBytes, concurrency, concurrency),
                new AccountUsage(totals.CodeBytes, totals.Functions)),
            ApiJson.Relaxed.AccountSettings);
    }
}
