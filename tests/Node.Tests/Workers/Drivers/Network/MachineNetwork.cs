using System.Diagnostics;

namespace Hearth.Node.Tests.Workers.Drivers.Network;

/// <summary>
/// Holds what tests of egress change of the machine as a whole: its forwarding, which is put back as it was, and addresses
/// that two test runs at once cannot both have. Another run waits for its turn.
/// </summary>
internal sealed class MachineNetwork : IDisposable
{
    private const string LockFile = "/run/lock/hearth-test-network", Forwarding = "/proc/sys/net/ipv4/ip_forward";

    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(5);

    private readonly Process _holder;
    private readonly string _forwarding;

    private MachineNetwork(Process holder) => (_holder, _forwarding) = (holder, File.ReadAllText(Forwarding));

    public static async Task<MachineNetwork> TakeAsync()
    {
        var holder = Process.Start(new ProcessStartInfo("flock", [LockFile, "sh", "-c", "echo held; read -r end"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync().WaitAsync(Turn));
        return new MachineNetwork(holder);
    }

    public void Dispose()
    {
        File.WriteAllText(Forwarding, _forwarding);
        _holder.StandardInput.Close(); // It ends, and with it its hold.
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
