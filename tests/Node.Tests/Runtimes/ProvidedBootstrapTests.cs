namespace Hearth.Node.Tests.Runtimes;

public sealed class ProvidedBootstrapTests
{
    [Fact]
    public async Task The_packages_own_bootstrap_is_run_without_an_execution_environment_name()
    {
        await using var run = await BootstrapRun.StartAsync("provided", "anything", [("bootstrap", "echo \"$_HANDLER $LAMBDA_TASK_ROOT ${AWS_EXECUTION_ENV-none}\"; pwd; exit 7")]);

        Assert.Equal(7, await run.ExitCodeAsync());
        Assert.Equal($"anything {run.Task} none\n{run.Task}\n", run.Output);
    }
}
