using System.Security.Cryptography;
using Hearth.Contracts.Api;
using Hearth.Contracts.Identity;

namespace Hearth.Client.Tests.Fakes;

/// <summary>The functions of a <see cref="FakeNode"/>; a change takes as many readings as a test says to be in force.</summary>
public sealed class FakeFunctions
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, FunctionConfiguration> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _readingsLeft = [];

    /// <summary>How many readings see a change as still going on.</summary>
    public int ReadingsUntilReady { get; set; }

    /// <summary>Where set, changes fail with this reason.</summary>
    public string? FailureReason { get; set; }

    public Dictionary<string, byte[]> Code { get; } = [];

    public FunctionConfiguration Add(CreateFunctionRequest request)
    {
        var zip = request.Code?.ZipFile ?? [];
        var function = new FunctionConfiguration
        {
            FunctionName = request.FunctionName!,
            FunctionArn = Partition.Default.FunctionArn(request.FunctionName!),
            Runtime = request.Runtime,
            Handler = request.Handler,
            Role = request.Role ?? "",
            Description = request.Description ?? "",
            MemorySize = request.MemorySize ?? 128,
            Timeout = request.Timeout ?? 3,
            Environment = request.Environment is null ? null : new EnvironmentResponse(request.Environment.Variables!),
            CodeSize = zip.Length,
            CodeSha256 = Sha256(zip),
            LastModified = "2026-01-31T09:30:00.000+0000",
            Version = "$LATEST",
            RevisionId = Guid.NewGuid().ToString(),
            State = FunctionState.Pending,
            Architectures = ["x86_64"],
            EphemeralStorage = new EphemeralStorage(512),
            LoggingConfig = new LoggingConfig("Text", $"/aws/lambda/{request.FunctionName}"),
        };
        Code[function.FunctionName] = zip;
        return Put(function);
    }

    public FunctionConfiguration? Find(string name)
    {
        lock (_lock) return _all.GetValueOrDefault(name);
    }

    /// <summary>As a caller reads it: a change that was read often enough is over.</summary>
    public FunctionConfiguration? Read(string name)
    {
        lock (_lock)
        {
            if (!_all.TryGetValue(name, out var function)) return null;
            if (_readingsLeft[name]-- > 0) return function;
            return _all[name] = Settled(function);
        }
    }

    public FunctionConfiguration Put(FunctionConfiguration function)
    {
        lock (_lock)
        {
            _readingsLeft[function.FunctionName] = ReadingsUntilReady;
            return _all[function.FunctionName] = function;
        }
    }

    public FunctionConfiguration PutCode(FunctionConfiguration function, byte[] zip)
    {
        Code[function.FunctionName] = zip;
        return Put(function with
        {
            CodeSize = zip.Length,
            CodeSha256 = Sha256(zip),
            LastUpdateStatus = LastUpdateStatus.InProgress,
            State = function.State == FunctionState.Failed ? FunctionState.Pending : function.State,
        });
    }

    public bool Remove(string name)
    {
        lock (_lock) return _all.Remove(name);
    }

    public ListFunctionsResponse Page(string? marker, int size)
    {
        lock (_lock)
        {
            var rest = _all.Values.Where(function => marker is null || string.CompareOrdinal(function.FunctionName, marker) > 0).ToList();
            var page = rest.Take(size).ToList();
            return new ListFunctionsResponse(page, rest.Count > size ? page[^1].FunctionName : null);
        }
    }

    public static string Sha256(byte[] zip) => Convert.ToBase64String(SHA256.HashData(zip));

    private FunctionConfiguration Settled(FunctionConfiguration function) => (function.State, FailureReason) switch
    {
        (FunctionState.Pending, null) => function with { State = FunctionState.Active, LastUpdateStatus = LastUpdateStatus.Successful },
        (FunctionState.Pending, _) => function with { State = FunctionState.Failed, StateReason = FailureReason, StateReasonCode = "InvalidRuntime" },
        (_, null) => function with { LastUpdateStatus = LastUpdateStatus.Successful },
        _ when function.LastUpdateStatus == LastUpdateStatus.InProgress => function with
        {
            LastUpdateStatus = LastUpdateStatus.Failed,
            LastUpdateStatusReason = FailureReason,
            LastUpdateStatusReasonCode = "InvalidRuntime",
        },
        _ => function,
    };
}
