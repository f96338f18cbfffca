using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hearth.Client.Http;
using Hearth.Contracts.Api;

namespace Hearth.Client;

public sealed partial class HearthClient
{
    /// <summary>Answers while the function is still <see cref="FunctionState.Pending"/>; see <see cref="WaitUntilActiveAsync"/>.</summary>
    public Task<FunctionConfiguration> CreateFunctionAsync(CreateFunctionRequest request, CancellationToken cancellationToken = default) =>
        SendAsync(
            Call(HttpMethod.Post, ApiPaths.Functions, request, ApiJson.Relaxed.CreateFunctionRequest, repeatable: false),
            ApiJson.Relaxed.FunctionConfiguration,
            cancellationToken);

    /// <summary>The function's configuration and a link to its code.</summary>
    public Task<GetFunctionResponse> GetFunctionAsync(string function, CancellationToken cancellationToken = default) =>
        ReadAsync(ApiPaths.Function(function), ApiJson.Relaxed.GetFunctionResponse, cancellationToken);

    public Task<FunctionConfiguration> GetFunctionConfigurationAsync(string function, CancellationToken cancellationToken = default) =>
        ReadAsync($"{ApiPaths.Function(function)}/configuration", ApiJson.Relaxed.FunctionConfiguration, cancellationToken);

    /// <summary>Answers while the update is in progress; see <see cref="WaitUntilUpdatedAsync"/>.</summary>
    public Task<FunctionConfiguration> UpdateFunctionCodeAsync(
        string function, UpdateFunctionCodeRequest request, CancellationToken cancellationToken = default) =>
        SendAsync(
            Call(HttpMethod.Put, $"{ApiPaths.Function(function)}/code", request, ApiJson.Relaxed.UpdateFunctionCodeRequest, request.RevisionId is null),
            ApiJson.Relaxed.FunctionConfiguration,
            cancellationToken);

    /// <summary>Members left null keep their values. Answers while the update is in progress; see <see cref="WaitUntilUpdatedAsync"/>.</summary>
    public Task<FunctionConfiguration> UpdateFunctionConfigurationAsync(
        string function, UpdateFunctionConfigurationRequest request, CancellationToken cancellationToken = default) =>
        SendAsync(
            // A revision that an update has used up refuses the update's own repetition.
            Call(HttpMethod.Put, $"{ApiPaths.Function(function)}/configuration", request, ApiJson.Relaxed.UpdateFunctionConfigurationRequest, request.RevisionId is null),
            ApiJson.Relaxed.FunctionConfiguration,
            cancellationToken);

    public async Task DeleteFunctionAsync(string function, CancellationToken cancellationToken = default)
    {
        // Not repeatable: the repetition of a delete that worked says that the function does not exist.
        using var response = await _sender.SendAsync(new ApiCall(HttpMethod.Delete, ApiPaths.Function(function), _options.Timeout), cancellationToken);
    }

    /// <summary>Every function, in the order of their names; a page is asked for when the one before has been read.</summary>
    public async IAsyncEnumerable<FunctionConfiguration> ListFunctionsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? marker = null;
        do
        {
            var query = marker is null ? "" : $"?Marker={Uri.EscapeDataString(marker)}";
            var page = await ReadAsync(ApiPaths.Functions + query, ApiJson.Relaxed.ListFunctionsResponse, cancellationToken);
            foreach (var function in page.Functions) yield return function;
            marker = page.NextMarker;
        }
        while (!string.IsNullOrEmpty(marker));
    }

    public Task<AccountSettings> GetAccountSettingsAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(ApiPaths.AccountSettings, ApiJson.Relaxed.AccountSettings, cancellationToken);

    private ApiCall Call<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, bool repeatable) =>
        new(method, path, _options.Timeout) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type), Repeatable = repeatable };

    private Task<T> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new ApiCall(HttpMethod.Get, path, _options.Timeout) { Repeatable = true }, type, cancellationToken);

    private async Task<T> SendAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await _sender.SendAsync(call, cancellationToken);
        return await AnswerReader.ReadAsync(response, type, cancellationToken);
    }
}
