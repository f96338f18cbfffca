using System.Globalization;
using System.Runtime.InteropServices;
using Bench;
using Bench.Report;
using Bench.Scenarios;
using Bench.Subjects;

// The bare Kestrel floor is this program in another process.
if (args is ["kestrel", var port])
    return await KestrelFloor.ServeAsync(int.Parse(port, CultureInfo.InvariantCulture));

var options = BenchOptions.Parse(args, out var problem);
if (options is null)
{
    Console.Error.WriteLine(problem);
    return 2;
}

if (!Machine.IsRoot && options.Drivers.Contains("container"))
{
    Console.Error.WriteLine("not root: without the container sandbox and the bare container");
    options = options with { Drivers = ["process"] };
}

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var report = new BenchReport(Machine.Describe(), options);
try
{
    foreach (var scenario in BenchScenarios.Of(options))
        report.Add(await scenario.RunAsync(cancellation.Token));
}
catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
{
    Console.Error.WriteLine("interrupted; all that was started has ended");
    return 130;
}
catch (Exception failure) when (failure is BenchException or HttpRequestException)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}

report.Print(Console.Out);
report.Save(options.Output);
Console.WriteLine($"\nwritten to {options.Output}");
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    cancellation.Cancel();
}
