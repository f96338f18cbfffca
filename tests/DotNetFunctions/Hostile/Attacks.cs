using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Amazon.Lambda.Core;

namespace Hostile;

/// <summary>Performs the attack that the event names, and answers with what it got.</summary>
public static partial class Attacks
{
    private const int Mib = 1 << 20;
    private static readonly List<object> Kept = [];
    private static int _calls;

    public static Stream Handle(Stream input, ILambdaContext context)
    {
        string got;
        try
        {
            got = Perform(JsonDocument.Parse(input).RootElement, context.AwsRequestId);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or SocketException)
        {
            got = NameOf(refused);
        }

        return new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(got));
    }

    private static string Perform(JsonElement attack, string id) => attack.GetProperty("attack").GetString() switch
    {
        "serve" => Serve(),
        "call" => Call(attack.GetProperty("number").GetInt64(), [.. attack.GetProperty("arguments").EnumerateArray()]),
        "read" => Read(Text(attack, "path")),
        "write" => Write(Text(attack, "path")),
        "fill" => Fill(Text(attack, "path"), Number(attack, "most")),
        "inodes" => Inodes(Text(attack, "path"), Number(attack, "most")),
        "files" => Hold(Number(attack, "most"), () => File.OpenHandle("/dev/null")),
        "connections" => Hold(Number(attack, "most"), Api),
        "threads" => Threads(Number(attack, "most")),
        "children" => Children(Number(attack, "most")),
        "bomb" => Bomb(),
        "memory" => Memory(Number(attack, "mib")),
        "memory_in_child" => MemoryInChild(),
        "burn" => Burn(Number(attack, "seconds")),
        "talk" => Talk(attack, id),
        "reach" => Reach(Text(attack, "address"), Number(attack, "port")),
        "say" => Say(Text(attack, "text"), Number(attack, "times")),
        "leave" => Leave(Text(attack, "how")),
        "signals" => Signals(),
        "linger" => Linger(),
        "lingered" => $"{new FileInfo("/tmp/thread").Length} {new FileInfo("/tmp/child").Length}",
        "search" => Search(Text(attack, "needle")),
        var other => throw new ArgumentException(other),
    };

    private static string Serve()
    {
        var canary = Environment.GetEnvironmentVariable("CANARY")!;
        if (!File.Exists("/tmp/canary"))
            File.WriteAllText("/tmp/canary", canary);
        return $"{canary} {File.ReadAllText("/tmp/canary")} {++_calls}";
    }

    private static string Call(long number, JsonElement[] arguments)
    {
        nint Argument(int index) => index >= arguments.Length ? 0
            : arguments[index].ValueKind == JsonValueKind.String ? Marshal.StringToCoTaskMemUTF8(arguments[index].GetString())
            : (nint)arguments[index].GetInt64();
        var result = SystemCall((nint)number, Argument(0), Argument(1), Argument(2), Argument(3), Argument(4), Argument(5));
        return result >= 0 ? "ok" : NameOf(new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())));
    }

    private static string Read(string path)
    {
        using var file = File.OpenHandle(path);
        RandomAccess.Read(file, new byte[64], 0);
        return "ok";
    }

    private static string Write(string path)
    {
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        return "ok";
    }

    private static string Fill(string path, int most)
    {
        var block = new byte[Mib];
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            return UntilRefused(most, _ => file.Write(block));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Inodes(string folder, int most)
    {
        var made = 0;
        try
        {
            return UntilRefused(most, number =>
            {
                File.OpenHandle($"{folder}/{number}", FileMode.CreateNew, FileAccess.Write).Dispose();
                made++;
            });
        }
        finally
        {
            while (made-- > 0)
                File.Delete($"{folder}/{made}");
        }
    }

    private static string Hold(int most, Func<IDisposable> open)
    {
        var held = new List<IDisposable>();
        try
        {
            return UntilRefused(most, _ => held.Add(open()));
        }
        finally
        {
            held.ForEach(one => one.Dispose());
        }
    }

    private static string Threads(int most)
    {
        using var done = new ManualResetEventSlim();
        var started = new List<Thread>();
        try
        {
            return UntilRefused(most, _ =>
            {
                var thread = new Thread(done.Wait, maxStackSize: 65_536);
                thread.Start();
                started.Add(thread);
            });
        }
        finally
        {
            done.Set();
            started.ForEach(thread => thread.Join());
        }
    }

    private static string Children(int most)
    {
        var started = new List<Process>();
        try
        {
            return UntilRefused(most, _ => started.Add(Start("sleep", "600")));
        }
        finally
        {
            started.ForEach(child => child.Kill());
            started.ForEach(child => child.WaitForExit());
        }
    }

    private static string Bomb()
    {
        while (true)
        {
            try
            {
                Start("/var/task/native", "bomb");
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // And again.
            }
        }
    }

    // Outside of the collected heap, which is bounded by itself.
    private static unsafe string Memory(int mib)
    {
        for (; mib > 0; mib--)
            new Span<byte>(NativeMemory.Alloc(Mib), Mib).Fill(1);
        return "ok";
    }

    private static string MemoryInChild()
    {
        using var child = Start("tail", "/dev/zero");
        child.WaitForExit();
        return $"child {128 - child.ExitCode}";
    }

    private static string Burn(int seconds)
    {
        var (began, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var workers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            while (clock.Elapsed.TotalSeconds < seconds)
                Thread.SpinWait(1000);
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return $"{(Environment.CpuUsage.TotalTime - began).TotalSeconds:F3} {clock.Elapsed.TotalSeconds:F3}";
    }

    private static string Talk(JsonElement attack, string id)
    {
        try
        {
            var connection = Api();
            try
            {
                SendAll(connection, Encoding.UTF8.GetBytes(Text(attack, "text").Replace("{id}", id, StringComparison.Ordinal)));
                if (attack.TryGetProperty("times", out var times))
                {
                    var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Text(attack, "filler"), 1024)));
                    for (var count = 0; count < times.GetInt32(); count++)
                        SendAll(connection, block);
                }
            }
            catch (SocketException)
            {
                // The answer may have come before all was sent.
            }

            if (attack.TryGetProperty("left", out _))
            {
                Kept.Add(connection);
                return "left";
            }

            using (connection)
            {
                var head = new byte[12];
                using var reply = new NetworkStream(connection);
                var read = reply.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
                return read == 0 ? "closed" : read == head.Length && head.AsSpan().StartsWith("HTTP/1."u8) ? Encoding.UTF8.GetString(head[9..]) : "no HTTP/1";
            }
        }
        catch (Exception closed) when (closed is SocketException or IOException)
        {
            return "closed";
        }
    }

    private static void SendAll(Socket connection, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += connection.Send(bytes.AsSpan(sent));
    }

    private static string Reach(string address, int port)
    {
        using var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        connection.Connect(address, port);
        return "ok";
    }

    private static string Say(string text, int times)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var output = Console.OpenStandardOutput();
        for (var count = 0; times == 0 || count < times; count++)
            output.Write(bytes);
        return "ok";
    }

    private static string Leave(string how)
    {
        if (how == "exit")
            Environment.Exit(3);
        Process.GetCurrentProcess().Kill();
        new ManualResetEvent(false).WaitOne();
        return "lived";
    }

    private static string Signals()
    {
        for (var number = 1; number <= 64; number++)
            _ = Kill(1, number);
        return "ok";
    }

    private static string Linger()
    {
        var pause = new ManualResetEvent(false);
        new Thread(() =>
        {
            while (true)
            {
                File.AppendAllText("/tmp/thread", "x");
                pause.WaitOne(5);
            }
        })
        { IsBackground = true }.Start();
        Start("/bin/sh", "-c", "while :; do printf x >> /tmp/child; sleep 0.005; done");
        return "left";
    }

    private static string Search(string needle)
    {
        var found = "hidden";
        var processes = Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).ToList();
        foreach (var path in processes.SelectMany(process => new[] { $"{process}/environ", $"{process}/cmdline" }))
        {
            try
            {
                if (File.ReadAllText(path).Contains(needle, StringComparison.Ordinal))
                    found = $"found in {path}";
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Not to be read, or gone.
            }
        }

        return $"{processes.Count} {found}";
    }

    private static string UntilRefused(int most, Action<int> step)
    {
        var count = 0;
        try
        {
            for (; count < most; count++)
                step(count);
            return $"{count} full";
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or SocketException or System.ComponentModel.Win32Exception or OutOfMemoryException)
        {
            return $"{count} {NameOf(refused)}";
        }
    }

    private static Socket Api()
    {
        var address = Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")!.Split(':');
        var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        connection.Connect(address[0], int.Parse(address[1]));
        return connection;
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments))!;

    private static string Text(JsonElement attack, string name) => attack.GetProperty(name).GetString()!;

    private static int Number(JsonElement attack, string name) => attack.GetProperty(name).GetInt32();

    /// <summary>The class library keeps the C library's text for an error, in the innermost exception.</summary>
    private static string NameOf(Exception refused)
    {
        var text = refused.GetBaseException().Message;
        (string Text, string Name)[] names =
        [
            ("not permitted", "EPERM"), ("ermission denied", "EACCES"), ("Read-only file system", "EROFS"), ("No space left", "ENOSPC"),
            ("Too many open files", "EMFILE"), ("Resource temporarily unavailable", "EAGAIN"), ("Insufficient memory", "EAGAIN"),
            ("Connection refused", "ECONNREFUSED"), ("etwork is unreachable", "ENETUNREACH"), ("Function not implemented", "ENOSYS"),
            ("Could not find", "ENOENT"), ("No such process", "ESRCH"), ("Invalid argument", "EINVAL"), ("Bad address", "EFAULT"),
        ];
        return names.Where(name => text.Contains(name.Text, StringComparison.Ordinal)).Select(name => name.Name).FirstOrDefault() ?? $"{refused.GetType().Name}: {text}";
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
