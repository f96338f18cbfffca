using Hearth.CommandLine;
using Hearth.CommandLine.Hosting;

return await HearthCommand.RunAsync(args, Terminal.OfProcess());
