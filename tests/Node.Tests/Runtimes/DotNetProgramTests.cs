namespace Hearth.Node.Tests.Runtimes;

/// <summary>The .NET bootstrap with functions that are programs, and as a blank process.</summary>
public sealed class DotNetProgramTests
{
    [Theory]
    [InlineData("OwnProgram")]
    [InlineData("OwnProgram.dll")]
    public async Task A_handler_that_is_an_assembly_is_run_as_a_program_with_a_client_of_its_own(string handler)
    {
        await using var run = await BootstrapRun.StartAsync("dotnet", handler, [], ("LAMBDA_TASK_ROOT", DotNetFunctions.Program));

        var outcome = await run.InvokeAsync("{}");

        Assert.Equal(("response", $"\"{{}} for OwnProgram in {DotNetFunctions.Program}/\"", "plain\n"), (outcome.Kind, outcome.Body, outcome.Log));
        Assert.Equal(5, await run.ExitCodeAsync());
    }

    [Fact]
    public async Task A_native_program_takes_the_runtimes_place()
    {
        await using var run = await BootstrapRun.StartBlankAsync("dotnet");
        // By the name that the test's own helper makes executable.
        await run.AssignAsync("bootstrap", [("bootstrap", "echo \"$_HANDLER $OWN\"; exit 7")], ("OWN", "é"));

        Assert.Equal(7, await run.ExitCodeAsync());
        Assert.Equal("bootstrap é\n", run.Output);
    }

    [Fact]
    public async Task A_program_that_is_not_there_ends_the_process_with_AWSs_status()
    {
        await using var run = await BootstrapRun.StartAsync("dotnet", "Absent", []);

        Assert.Equal(104, await run.ExitCodeAsync());
        Assert.Equal($"Error: executable assembly {run.Task}/Absent.dll or binary {run.Task}/Absent not found.\n", run.Output);
    }

    [Fact]
    public async Task A_blank_process_waits_for_its_assignment_and_then_serves_the_function()
    {
        await using var run = await BootstrapRun.StartBlankAsync("dotnet");

        await run.AssignAsync(DotNetFunctions.Name("Surroundings::VariableOfAChild"), [], ("LAMBDA_TASK_ROOT", DotNetFunctions.Handlers), ("OWN", "a=é"));

        Assert.Equal("\"a=\\u00E9\"", (await run.InvokeAsync("\"OWN\"")).Body);
        Assert.Equal("\"\"", (await run.InvokeAsync("\"HEARTH_ASSIGNMENT_FD\"")).Body);
    }

    [Theory]
    [InlineData("Surroundings::HeapLimit", "{}", "201326592")]
    [InlineData("Shapes::Poco", """{"customer_name":"Ann","count":2}""", """{"customer_name":"Ann","count":4}""")]
    public async Task A_blank_process_runs_a_function_as_any_other_does(string handler, string payload, string expected)
    {
        await using var run = await BootstrapRun.StartBlankAsync("dotnet");

        await run.AssignAsync(DotNetFunctions.Name(handler), [], ("LAMBDA_TASK_ROOT", DotNetFunctions.Handlers));

        Assert.Equal(expected, (await run.InvokeAsync(payload)).Body);
    }

    [Fact]
    public async Task A_blank_process_moves_to_the_task_folder_and_runs_programs_too()
    {
        await using var folder = await BootstrapRun.StartBlankAsync("dotnet");
        await using var program = await BootstrapRun.StartBlankAsync("dotnet");

        await folder.AssignAsync(DotNetFunctions.Name("Surroundings::Folder"), [], ("LAMBDA_TASK_ROOT", DotNetFunctions.Handlers));
        await program.AssignAsync("OwnProgram", [], ("LAMBDA_TASK_ROOT", DotNetFunctions.Program));

        Assert.Equal($"\"{DotNetFunctions.Handlers}\"", (await folder.InvokeAsync()).Body);
        Assert.Contains("for OwnProgram", (await program.InvokeAsync()).Body);
    }

    [Fact]
    public async Task A_blank_process_that_gets_no_assignment_ends_quietly()
    {
        await using var run = await BootstrapRun.StartBlankAsync("dotnet");

        run.DropAssignment();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }
}
