using Hearth.Contracts.Environments;
using Hearth.Node.Functions;
using Hearth.Node.Tests.Support;

namespace Hearth.Node.Tests.Functions;

public class ReportPartsTests
{
    private readonly ReportParts _parts = new();

    [Fact]
    public void A_report_of_one_part_is_whole()
    {
        var report = Part(1, 0, 1);
        Assert.Same(report.Environments[0], _parts.Add(report)!.Environments.Single());
    }

    [Fact]
    public void A_report_is_whole_with_its_last_part_and_workers_are_told_apart()
    {
        Assert.Null(_parts.Add(Part(1, 0, 3)));
        Assert.Null(_parts.Add(Part(7, 0, 2, "other")));
        Assert.Null(_parts.Add(Part(2, 1, 3)));
        var whole = _parts.Add(Part(3, 2, 3))!;
        Assert.Equal(("hello", "node", 0, 1), (whole.FunctionName, whole.WorkerId, whole.Part, whole.Parts));
        Assert.Equal(new[] { 1, 2, 3 }.Select(Samples.Environment), whole.Environments.Select(environment => environment.EnvironmentId));
        Assert.Equal(2, _parts.Add(Part(8, 1, 2, "other"))!.Environments.Count);
    }

    [Fact]
    public void A_report_that_has_lost_a_part_is_never_whole_and_the_next_one_is()
    {
        Assert.Null(_parts.Add(Part(1, 0, 3)));
        Assert.Null(_parts.Add(Part(3, 2, 3)));
        Assert.Null(_parts.Add(Part(2, 1, 2)));
        Assert.Null(_parts.Add(Part(1, 0, 2)));
        Assert.Null(_parts.Add(Part(1, 0, 2)));
        Assert.Equal(2, _parts.Add(Part(2, 1, 2))!.Environments.Count);
    }

    [Fact]
    public void What_a_worker_that_is_gone_has_begun_is_forgotten()
    {
        Assert.Null(_parts.Add(Part(1, 0, 2)));
        _parts.Forget("node");
        Assert.Null(_parts.Add(Part(2, 1, 2)));
    }

    private static EnvironmentsReported Part(int environment, int part, int parts, string worker = "node") =>
        new("hello", worker, [new ReportedEnvironment(Samples.Environment(environment), "d1", Samples.Time, null)], part, parts);
}
