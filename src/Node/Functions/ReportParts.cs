using Hearth.Contracts.Environments;

namespace Hearth.Node.Functions;

/// <summary>Puts together the reports that workers send in several parts. Pure.</summary>
internal sealed class ReportParts
{
    // Of each worker, the parts that have come of a report that is not whole.
    private readonly Dictionary<string, List<EnvironmentsReported>> _begun = [];

    /// <summary>
    /// The whole report, once its last part has come. Null before, and where one of its parts was lost: what a part report does not
    /// name may well be there.
    /// </summary>
    public EnvironmentsReported? Add(EnvironmentsReported part)
    {
        _begun.Remove(part.WorkerId, out var parts);
        if (part.Part == 0)
            parts = [];
        if (parts is null || parts.Count != part.Part)
            return null;
        parts.Add(part);
        if (parts.Count == part.Parts)
            return part with { Environments = [.. parts.SelectMany(one => one.Environments)], Part = 0, Parts = 1 };
        _begun.Add(part.WorkerId, parts);
        return null;
    }

    /// <summary>The worker is gone.</summary>
    public void Forget(string workerId) => _begun.Remove(workerId);
}
