using Hearth.Contracts.Errors;
using Hearth.Contracts.Functions;

namespace Hearth.Node.Packages;

/// <summary>What became of a zip given to <see cref="PackageStore.AddAsync"/>.</summary>
internal abstract record PackageAdded
{
    private PackageAdded()
    {
    }

    /// <summary>The zip is kept, extracted, and safe on disk.</summary>
    public sealed record Stored(CodeReference Code) : PackageAdded;

    /// <summary>Nothing of it is kept. The error is the caller's (400, 413), or the node's where its disk or the database failed (503).</summary>
    public sealed record Refused(RequestError Error) : PackageAdded;
}
