using System.Diagnostics;
using System.Globalization;
using Hearth.Contracts;

namespace Hearth.Node.Packages.Images;

/// <summary>
/// Where skopeo and umoci work: they read what strangers wrote, and so are given no more than a stranger has. Mount,
/// pid, ipc and, where nothing is fetched, network namespaces of their own; a root of this machine's /usr, the working
/// folder and the folder that is read; a user that nobody is, no capability, no new privileges.
/// </summary>
internal static class ImageJail
{
    /// <summary>Owns every unpacked image. Below the first id that a sandbox can have, so that no sandbox owns any of it.</summary>
    private const int User = 199_999;

    /// <summary>In the working folder, while something is fetched that needs them.</summary>
    public const string CredentialsFile = "credentials.json";

    private const int MostOutputBytes = 4 << 20;

    // $1 the working folder, $2 the folder that is read (or nothing), then the command. A layout is read as its owner,
    // without capabilities: umoci keeps its layouts from all others.
    private static readonly string Script = $$"""
        set -eu
        work=$1 source=$2 user={{User}}
        shift 2
        mount -t tmpfs -o mode=755,size=1m,nosuid,nodev hearth /mnt
        cd /mnt
        mkdir -p work source dev tmp usr etc
        show() {
          if [ -d "$1" ]; then mkdir -p ".$1"; else mkdir -p "$(dirname ".$1")"; : > ".$1"; fi
          mount --bind -o "$2" "$1" ".$1"
        }
        show /usr ro
        show /dev/null rw
        for name in bin sbin lib lib32 lib64 libx32; do
          if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$name"; elif [ -d "/$name" ]; then show "/$name" ro; fi
        done
        for name in ssl/certs ca-certificates containers/certs.d resolv.conf hosts nsswitch.conf; do
          if [ -e "/etc/$name" ]; then show "/etc/$name" ro; fi
        done
        mount --bind "$work" work
        mkdir -p work/layout
        chown {{User}}:{{User}} work
        if [ -n "$source" ]; then
          mount --bind -o ro "$source" source
          user=$(stat -c %u source/index.json)
        fi
        chown "$user" work/layout
        if [ -f work/{{CredentialsFile}} ]; then chown "$user" work/{{CredentialsFile}}; fi
        ulimit -f {{Limits.UnpackedImageBytes / 512}}
        ulimit -c 0
        umask 022
        exec chroot /mnt setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
          --pdeathsig KILL -- "$@"
        """;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="folder">The working folder, <c>/work</c> inside; watched for its size.</param>
    /// <param name="source">A folder to be read, <c>/source</c> inside; null for none.</param>
    /// <param name="network">Whether it sees this machine's network.</param>
    /// <exception cref="ImageException">The working folder grew beyond what an image may have.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and has been killed.</exception>
    public static async Task<JailResult> RunAsync(string folder, string? source, bool network, CancellationToken cancellation, params string[] command)
    {
        using var process = new Process { StartInfo = StartInfo(folder, source, network, command) };
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ended = StartOnOwnThread(process);
        await ended.Started;
        var (output, error) = (ReadAsync(process.StandardOutput.BaseStream), ReadAsync(process.StandardError.BaseStream));
        var watch = WatchAsync(folder, watching.Token);
        var isEnded = await Task.WhenAny(ended.Exited, watch) == ended.Exited;
        if (!isEnded)
            Kill(process.Id);
        await ended.Exited;
        var result = new JailResult(process.ExitCode, await output, System.Text.Encoding.UTF8.GetString(await error));
        await watching.CancelAsync();
        if (!isEnded)
            await watch; // Says why.
        return result;
    }

    private static ProcessStartInfo StartInfo(string folder, string? source, bool network, string[] command)
    {
        string[] arguments =
        [
            "--pdeathsig", "KILL", "--", "unshare", "--mount", "--pid", "--ipc", .. network ? (string[])[] : ["--net"], "--fork", "--kill-child",
            "--propagation", "private", "--", "/bin/sh", "-c", Script, "sh", folder, source ?? "", .. command,
        ];
        var start = new ProcessStartInfo("setpriv", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = start.Environment["TMPDIR"] = start.Environment["XDG_RUNTIME_DIR"] = "/work";
        return start;
    }

    // Its parent is the thread that starts it, and with its parent it dies: so the node takes it along, however it ends.
    private static (Task Started, Task Exited) StartOnOwnThread(Process process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                process.Start();
                started.SetResult();
                process.WaitForExit();
                exited.SetResult();
            }
            catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                started.TrySetException(failure);
            }
        })
        { IsBackground = true, Name = "image" }.Start();
        return (started.Task, exited.Task);
    }

    // The first process of the pid namespace takes all others along. unshare itself has to live and wait for it: its
    // child would else be left to us, as zombie.
    private static void Kill(int unshare)
    {
        string[] children;
        try
        {
            children = File.ReadAllText($"/proc/{unshare}/task/{unshare}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return; // It has just ended by itself.
        }

        foreach (var child in children.DefaultIfEmpty(unshare.ToString(CultureInfo.InvariantCulture)))
        {
            using var kill = Process.Start(new ProcessStartInfo("/bin/kill", ["-KILL", child]) { RedirectStandardError = true })!;
            kill.WaitForExit();
        }
    }

    private static async Task WatchAsync(string folder, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellation);
            try
            {
                ImageSize.Check(folder, Limits.UnpackedImageBytes, Limits.ImageEntries);
            }
            catch (IOException)
            {
                // It changed while it was looked at; there is a next look, and one at the end.
            }
        }
    }

    // What is beyond the bound is read, so that its writer does not wait, and dropped.
    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16_384];
        while (await stream.ReadAsync(buffer) is var count and > 0)
            kept.Write(buffer, 0, (int)Math.Min(count, MostOutputBytes - kept.Length));
        return kept.ToArray();
    }
}

/// <summary>How a program in the jail ended, and what it wrote.</summary>
internal sealed record JailResult(int ExitCode, byte[] Output, string Error);
