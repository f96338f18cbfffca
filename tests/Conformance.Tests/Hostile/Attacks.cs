using System.Globalization;
using System.Text.Json.Nodes;
using static Conformance.Tests.Hostile.HostilePackages;

namespace Conformance.Tests.Hostile;

/// <summary>
/// Every attack of the suite. Texts that stand for what only a running node knows: <c>{host}</c> an address of the machine,
/// <c>{port}</c> a port that the canaries listen on, <c>{node}</c> the Lambda API's, <c>{process}</c> a process, <c>{secret}</c> a text
/// in its environment, <c>{outside}</c> and <c>{inside}</c> files outside of the data directory and in it, <c>{value}</c> a variable of
/// the neighbour's, <c>{neighbour}</c> the id of its last request.
/// </summary>
internal static class Attacks
{
    private const string Unwritable = "^(0 )?(EROFS|EACCES|EPERM)$", Hidden = "^(ENOENT|EACCES|EPERM)$";

    public static readonly IReadOnlyList<Attack> All = [.. Kernel(), .. Machine(), .. Resources(), .. RuntimeApi(), .. Endings()];

    private static IEnumerable<Attack> Kernel() =>
    [
        new("namespaces",
            [.. new long[] { 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000 }.Select(kind => Call(272, "EPERM", kind)),
                Call(308, "EPERM", 0, 0), Call(56, "EPERM", 0x10000011), Call(56, "EPERM", 0x40000011), Call(435, "ENOSYS", 0, 0)]) { OnKernel = true },
        new("mounts",
            Call(165, "EPERM", "none", "/tmp", "tmpfs", 0, 0), Call(166, "EPERM", "/proc", 2), Call(155, "EPERM", "/tmp", "/tmp"), Call(161, "EPERM", "/tmp"),
            Call(428, "EPERM", 0, "/", 0), Call(429, "EPERM", 0, "", 0, "", 0), Call(430, "EPERM", "tmpfs", 0), Call(442, "EPERM", 0, "/", 0, 0, 0)) { OnKernel = true },
        new("device nodes", Call(133, "EPERM", "/tmp/disk", 0x6180, 0x800), Call(133, "EPERM", "/tmp/mem", 0x2180, 0x101), Call(259, "EPERM", -100, "/tmp/kmsg", 0x2180, 0x10b)) { OnKernel = true },
        new("traces of other processes", Call(101, "EPERM", 16, 1, 0, 0), Call(101, "EPERM", 0, 0, 0, 0), Call(310, "EPERM", 1, 0, 0, 0, 0, 0), Call(311, "EPERM", 1, 0, 0, 0, 0, 0), Call(312, "EPERM", 1, 1, 0, 0, 0), Call(438, "EPERM", 0, 0, 0)) { OnKernel = true },
        new("large interfaces of the kernel",
            Call(321, "EPERM", 0, 0, 0), Call(250, "EPERM", 0, 0, 0, 0, 0), Call(248, "EPERM", "user", "k", "v", 1, -3), Call(249, "EPERM", "user", "k", 0, -3),
            Call(425, "EPERM", 1, 0), Call(426, "EPERM", 0, 0, 0, 0, 0), Call(323, "EPERM", 0), Call(298, "EPERM", 0, 0, 0, -1, 0), Call(300, "EPERM", 0, 0), Call(304, "EPERM", 0, 0, 0)) { OnKernel = true },
        new("the machine itself",
            Call(246, "EPERM", 0, 0, 0, 0), Call(175, "EPERM", 0, 0, ""), Call(313, "EPERM", 0, "", 0), Call(176, "EPERM", "ext4", 0), Call(169, "EPERM", 0, 0, 0, 0), Call(170, "EPERM", "mine", 4),
            Call(167, "EPERM", "/tmp", 0), Call(227, "EPERM", 0, 0), Call(164, "EPERM", 0, 0), Call(163, "EPERM", "/tmp/a"), Call(103, "EPERM", 3, 0, 0), Call(172, "EPERM", 3), Call(173, "EPERM", 0, 1, 1), Call(154, "EPERM", 0, 0, 0), Call(135, "EPERM", 0x40000)) { OnKernel = true },
        new("other users", Call(105, "EPERM", 0), Call(106, "EPERM", 0), Call(117, "EPERM", 0, 0, 0), Call(116, "EPERM", 0, 0), Call(92, "EPERM", "/etc/passwd", 993, 990) with { Got = Unwritable }) { OnKernel = true },
        new("raw and foreign sockets",
            Call(41, "EPERM", 17, 3, 0), Call(41, "EPERM", 2, 3, 1), Call(41, "EPERM", 10, 3, 58), Call(41, "EPERM", 40, 1, 0), Call(41, "EPERM", 38, 5, 0), Call(41, "EPERM", 16, 3, 9), Call(41, "EPERM", 16, 3, 12), Call(41, "EPERM", 44, 3, 0)) { OnKernel = true },
        new("the 32-bit way into the kernel", new Step("other_entry", [], "^(signal 31|exit 1)$")) { OnKernel = true, Only = [Provided] },
        new("the kernel's settings",
            [.. Paths("write", Unwritable, "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/proc/sys/net/ipv4/ip_forward", "/proc/irq/default_smp_affinity"),
                .. Paths("write", "^(EROFS|EACCES|EPERM|ENOENT)$", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/pids/cgroup.procs", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/kernel/mm/ksm/run", "/sys/power/state", "/dev/mem", "/dev/kmsg")]) { OnKernel = true },
    ];

    private static IEnumerable<Attack> Machine() =>
    [
        new("the machine's files", [.. Paths("read", Hidden, "/etc/shadow", "/dev/mem"), .. Paths("read", Hidden, "/root/.profile", "{outside}", "{inside}", "/proc/1/root/{outside}", "/var/log/dpkg.log")]) { OnKernel = true },
        // A masked file is /dev/null's: it is read, and is empty or refused.
        new("the machine's processes and their environments", Search("{secret}"), Search("{value}"), Search("hearth-node"), Call(62, "ESRCH", "{process}", 9), Call(434, "ESRCH", "{process}", 0)) { OnKernel = true },
        new("the machine's ports", Reach("127.0.0.1", "{port}", "ECONNREFUSED"), Reach("127.0.0.1", "{node}", "ECONNREFUSED"), Reach("127.0.0.2", "{port}", "ECONNREFUSED"), Reach("{host}", "{port}", "ENETUNREACH"), Reach("{host}", "{node}", "ENETUNREACH"), Reach("{host}", 5432, "ENETUNREACH"), Reach("{host}", 9001, "ENETUNREACH")) { OnKernel = true },
        new("other networks", Reach("169.254.169.254", 80, "ENETUNREACH"), Reach("192.0.2.1", 443, "ENETUNREACH"), Reach("10.0.0.1", 9001, "ENETUNREACH"), Reach("255.255.255.255", 80, "(ENETUNREACH|EACCES)")) { OnKernel = true },
        new("the root and its inodes", [.. Paths("write", Unwritable, "/new", "/etc/passwd", "/usr/bin/env", "/var/task/new", "/var/runtime/new", "/opt/new"), Fill("/new", 1, Unwritable), Fill("/usr/new", 1, Unwritable), Fill("/var/task/new", 1, Unwritable), Inodes("/", 1, Unwritable), Inodes("/var/task", 1, Unwritable), Inodes("/dev", 1, Unwritable)]) { OnKernel = true },
    ];

    private static IEnumerable<Attack> Resources() =>
    [
        new("filling /tmp", Fill("/tmp/full", 700, "^51[0-6] ENOSPC$")) { Memory = 1_024 },
        new("filling /dev/shm", Fill("/dev/shm/full", 100, "^6[34] ENOSPC$")),
        // Where /tmp is memory its inodes are the function's memory, and 40,000 of them fit.
        new("the inodes of /tmp and /dev/shm", Inodes("/tmp", 40_000, "^\\d+ (ENOSPC|full)$"), Inodes("/dev/shm", 40_000, "^\\d+ (ENOSPC|full)$")) { Memory = 1_024 },
        new("open files", Hold("files", "^(9\\d\\d|10[012]\\d) EMFILE$")),
        // The node closes those beyond its bound: a runtime that notices has room for more.
        new("connections", Hold("connections", "^\\d+ (EMFILE|ECONNRESET|full)$")),
        new("threads", Hold("threads", "^(9\\d\\d|10[012]\\d) (EAGAIN|can't start new thread|can't create Thread: Resource temporarily unavailable)$") with
        {
            // Each of its threads is a machine of its own: memory ends first.
            Elsewhere = new() { [NodeJs] = "^(\\d+ ERR_WORKER|failed Runtime.ExitError)", [DotNet] = "^\\d{3,4} (OutOfMemoryException|EAGAIN)" },
        }) { Memory = 1_024 },
        new("children", Hold("children", "^(9\\d\\d|10[012]\\d) EAGAIN$") with { Elsewhere = new() { [Java] = "^\\d{3,4} EAGAIN$" } }) { Memory = 1_024 },
        new("a fork bomb", new Step("bomb", [], "^failed (Sandbox.Timedout|Runtime.ExitError)$")) { Timeout = 3, Survives = false },
        new("memory", new Step("memory", new() { ["mib"] = 4_000 }, "^failed Runtime.ExitError$") { Elsewhere = new() { [Java] = "^failed java.lang.OutOfMemoryError$" } }) { Survives = false },
        new("memory in a child", new Step("memory_in_child", [], "^child -9$")),
        new("burning CPU", new Step("burn", new() { ["seconds"] = 2 }, "^[\\d.]+ [\\d.]+$") { Holds = IsWithinShare }),
        new("endless output", new Step("say", new() { ["text"] = new string('x', 1_000) + "\n", ["times"] = 0 }, "^failed Sandbox.Timedout$")) { Timeout = 3, Survives = false },
    ];

    private static IEnumerable<Attack> RuntimeApi() =>
    [
        new("wrong ids", Post("invocation/0000-wrong/response", "400"), Post("invocation/{neighbour}/response", "400"), Post("invocation/{neighbour}/error", "400"), Post("invocation/{id}/../{neighbour}/response", "4\\d\\d")),
        new("requests out of turn", Talk("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n", "403"), Post("init/error", "403"), Post("invocation/next", "404")),
        new("paths that are not the Runtime API's", Talk("GET /2015-03-31/functions HTTP/1.1\r\nHost: x\r\n\r\n", "404"), Talk("GET /hearth/blanks HTTP/1.1\r\nHost: x\r\n\r\n", "404"), Talk("GET http://169.254.169.254/ HTTP/1.1\r\nHost: x\r\n\r\n", "4\\d\\d"), Talk("CONNECT {host}:{node} HTTP/1.1\r\nHost: x\r\n\r\n", "4\\d\\d")),
        new("what is not HTTP/1.1", Talk("GARBAGE\r\n\r\n", "400"), Talk("\u0001\u0002\r\n\r\n", "400"), Talk("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "(400|505|closed|no HTTP/1)"),
            // 40 KB in one write: the node closes what it has not read, and a later write would lose its answer.
            Talk("GET / HTTP/1.1\r\nHost: x\r\nX: ", "431", filler: new string('x', 40), times: 1)),
        new("smuggling", Smuggle("Content-Length: 2\r\nTransfer-Encoding: chunked"), Smuggle("Transfer-Encoding: chunked\r\nContent-Length: 2"), Smuggle("Content-Length: 2\r\nContent-Length: 30"), Smuggle("Transfer-Encoding: identity, chunked\r\nContent-Length: 2")),
        new("half requests", Left("GET /2018-06"), Left(Head("invocation/{id}/response", "Content-Length: 100") + "{"), Left(Head("invocation/{id}/error", "Content-Length: 100") + "{"), Left(Head("invocation/{id}/response", "Transfer-Encoding: chunked") + "64\r\n{")),
        // Its own answer then waits for its turn behind the others.
        new("bodies without an end", new Step("talk", new() { ["text"] = Head("invocation/{id}/response", "Content-Length: 6291456"), ["filler"] = new string('x', 1_000), ["times"] = 6, ["left"] = true, ["connections"] = 31 }, "^failed Sandbox.Timedout$")) { Timeout = 3, Survives = false, Only = [Provided] },
        new("a response of its own", new Step("talk", new() { ["text"] = Head("invocation/{id}/response", "Content-Length: 6") + "\"mine\"" }, "^mine$")) { Survives = false },
        new("a gigabyte that is announced", Talk(Head("invocation/{id}/response", "Content-Length: 1073741824"), "", filler: new string('x', 1_024), times: 1_024) with { Got = "^failed Function.ResponseSizeTooLarge$" }) { Survives = false },
        new("a gigabyte in chunks", Talk(Head("invocation/{id}/response", "Transfer-Encoding: chunked"), "", filler: $"400\r\n{new string('x', 1_024)}\r\n", times: 1_024) with { Got = "^failed Function.ResponseSizeTooLarge$" }) { Survives = false },
    ];

    private static IEnumerable<Attack> Endings() =>
    [
        new("its own exit", new Step("leave", new() { ["how"] = "exit" }, "^failed Runtime.ExitError$")) { Survives = false },
        new("killing its own runtime", new Step("leave", new() { ["how"] = "kill" }, "^failed Runtime.ExitError$")) { Survives = false },
        new("signals to the first process", new Step("signals", [], "^ok$")) { OnKernel = true },
    ];

    private static Step Call(int number, string errno, params object[] arguments) => new(
        "call", new() { ["number"] = number, ["arguments"] = new JsonArray([.. arguments.Select(argument => argument is string text ? JsonValue.Create(text) : JsonValue.Create(Convert.ToInt64(argument, CultureInfo.InvariantCulture)))]) }, $"^{errno}$");

    private static IEnumerable<Step> Paths(string primitive, string got, params string[] paths) => paths.Select(path => new Step(primitive, new() { ["path"] = path }, got));

    private static Step Search(string needle) => new("search", new() { ["needle"] = needle }, "^[2-6] hidden$");

    private static Step Reach(string address, JsonNode port, string got) => new("reach", new() { ["address"] = address, ["port"] = port }, $"^{got}$");

    private static Step Fill(string path, int mib, string got) => new("fill", new() { ["path"] = path, ["most"] = mib }, got);

    private static Step Inodes(string path, int most, string got) => new("inodes", new() { ["path"] = path, ["most"] = most }, got);

    private static Step Hold(string what, string got) => new(what, new() { ["most"] = 5_000 }, got);

    private static Step Talk(string text, string got, string? filler = null, int times = 0)
    {
        var talk = new JsonObject { ["text"] = text };
        if (filler is not null)
            (talk["filler"], talk["times"]) = (filler, times);
        return new Step("talk", talk, $"^{got}$");
    }

    private static string Head(string path, string length) => $"POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n";

    private static Step Post(string path, string got) => Talk(Head(path, "Content-Length: 2") + "{}", got);

    private static Step Smuggle(string lengths) => Talk(Head("invocation/{id}/response", lengths) + "2\r\n{}\r\n0\r\n\r\n", "400");

    private static Step Left(string text) => new("talk", new() { ["text"] = text, ["left"] = true }, "^left$");

    // 512 MiB is 0.29 of a processor; a period's worth beside.
    private static bool IsWithinShare(string got)
    {
        var seconds = got.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return seconds[0] < (2 * 512 / 1_769.0 * seconds[1]) + 0.2;
    }
}
