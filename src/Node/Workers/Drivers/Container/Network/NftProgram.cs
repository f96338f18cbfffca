using System.Diagnostics;
using ChildOfDotNet = System.Diagnostics.Process;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>Debian's <c>nft</c>, which takes a whole ruleset in one transaction. Run when grants change, never for a sandbox.</summary>
internal static class NftProgram
{
    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    public static string? Find() => Folders.Select(folder => Path.Combine(folder, "nft")).FirstOrDefault(File.Exists);

    /// <exception cref="IOException">nft is not installed or refused; the message says why.</exception>
    public static void Run(string ruleset)
    {
        var program = Find() ?? throw new IOException("egress needs nft, which is not installed (on Debian: apt-get install nftables)");
        using var nft = ChildOfDotNet.Start(new ProcessStartInfo(program, ["-f", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        nft.StandardInput.Write(ruleset);
        nft.StandardInput.Close();
        var errors = nft.StandardError.ReadToEnd().Trim();
        nft.WaitForExit();
        if (nft.ExitCode != 0)
            throw new IOException($"nft refused the rules: {errors}");
    }
}
