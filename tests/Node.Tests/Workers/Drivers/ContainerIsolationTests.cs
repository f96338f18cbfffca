using System.Net;
using System.Net.Sockets;
using Hearth.Node.Workers.Drivers;
using Hearth.Node.Workers.Drivers.Container;

namespace Hearth.Node.Tests.Workers.Drivers;

/// <summary>What a function in a container can see and do. Each test runs a program that tries.</summary>
public abstract class ContainerIsolationTests(string launcher) : IAsyncLifetime
{
    // Prints one word for a system call's result: ok, or the error's name.
    private const string Attempt = """
        import ctypes, errno, os, socket, sys
        libc = ctypes.CDLL(None, use_errno=True)
        def call(name, *args):
            result = getattr(libc, name)(*args)
            print(name, "ok" if result >= 0 else errno.errorcode[ctypes.get_errno()], flush=True)
        def attempt(name, action):
            try:
                print(name, "ok", action() or "", flush=True)
            except OSError as error:
                print(name, errno.errorcode[error.errno], flush=True)

        """;

    private readonly SandboxBench _bench = new(data => new ContainerDriver(data, launcher));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _bench.RemoveAsync();
        ContainerRemains.AssertNone(_bench.Data);
    }

    [Fact]
    public async Task The_function_is_an_ordinary_user_without_capabilities()
    {
        var text = await TryAsync("""
            print(os.getuid(), os.getgid(), os.getgroups(), os.umask(0))
            import pwd; print(pwd.getpwuid(os.getuid()).pw_name)
            print([line.split()[1] for line in open("/proc/self/status") if line.startswith("Cap")])
            print([line.split()[1] for line in open("/proc/self/status") if line.startswith(("NoNewPrivs", "Seccomp:"))])
            attempt("setuid", lambda: os.setuid(0))
            """);
        Assert.Equal(["993 990 [] 18", "sbx_user1051", $"[{string.Join(", ", Enumerable.Repeat("'0000000000000000'", 5))}]", "['1', '2']", "setuid EPERM", ""], text.Split('\n'));
    }

    [Fact]
    public async Task A_frozen_sandbox_stands_still_with_its_children_and_can_be_removed()
    {
        var output = new CollectingOutput();
        var sandbox = await _bench.StartAsync(_bench.Spec("sh", "(while :; do echo child; done) & while :; do echo parent; done", output));
        await Support.Eventually.Holds(() => output.Text.Length > 0, "it prints");

        sandbox.Freeze();
        await Support.Eventually.Holds(() => IsFrozen(sandbox.Name), "the kernel says that all its processes are stopped");
        sandbox.Thaw();
        var before = output.Text.Length;
        await Support.Eventually.Holds(() => output.Text.Length > before && !IsFrozen(sandbox.Name), "it goes on");

        sandbox.Freeze();
        await Support.Eventually.Holds(() => IsFrozen(sandbox.Name), "it is stopped again");
        await sandbox.StopAsync(keepScratch: false);
    }

    private bool IsFrozen(string sandbox)
    {
        var freezer = CgroupLayout.Detect(CgroupLayout.DefaultRoot, out _)!.Freezer!;
        var folder = Path.Combine(freezer.Tree, $"hearth/{SandboxInstance.Of(_bench.Data)}", sandbox);
        return freezer.File == "cgroup.freeze"
            ? File.ReadAllText(Path.Combine(folder, "cgroup.events")).Contains("frozen 1")
            : File.ReadAllText(Path.Combine(folder, freezer.File)).Trim() == freezer.Frozen;
    }

    [Fact]
    public async Task A_file_that_would_raise_privileges_does_not()
    {
        var text = await TryAsync("import subprocess; print(subprocess.run(['su', '-c', 'id'], stdin=subprocess.DEVNULL, capture_output=True).returncode)");
        Assert.NotEqual("0\n", text);
    }

    [Fact]
    public async Task What_is_not_the_functions_own_cannot_be_written()
    {
        var text = await TryAsync("""
            memory = "/sys/fs/cgroup/memory" if os.path.isdir("/sys/fs/cgroup/memory") else "/sys/fs/cgroup"
            for path in ("/", "/usr", "/etc", "/var/task", "/var/runtime", "/proc/sys", memory):
                print(path, "read-only" if os.statvfs(path).f_flag & os.ST_RDONLY else "writable")
            for path in ("/new", "/var/task/new", "/etc/passwd", "/usr/bin/python3", "/dev/new", "/proc/sys/kernel/core_pattern"):
                attempt(path, lambda: os.close(os.open(path, os.O_WRONLY | os.O_CREAT)))
            """);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(13, lines.Length);
        Assert.All(lines[..7], line => Assert.EndsWith(" read-only", line));
        Assert.All(lines[7..], line => Assert.Matches(" (EROFS|EACCES)$", line));
    }

    [Fact]
    public async Task A_package_whose_files_anybody_may_write_stays_as_it_is()
    {
        var spec = _bench.Spec("sh", "echo changed > /var/task/program; echo $?");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(spec.TaskDirectory, "program"), (UnixFileMode)0b110_110_110);
        var output = new CollectingOutput();
        await (await _bench.StartAsync(spec with { Output = output })).Exited.WaitAsync(SandboxBench.Deadline);
        Assert.Contains("Read-only file system", output.Text);
        Assert.StartsWith("echo", File.ReadAllText(Path.Combine(spec.TaskDirectory, "program")));
    }

    [Fact]
    public async Task Tmp_is_writable_executable_and_of_the_configured_size()
    {
        var text = await TryAsync("""
            space = os.statvfs("/tmp")
            print(oct(os.stat("/tmp").st_mode)[-4:], os.listdir("/tmp"), bool(space.f_flag & os.ST_NOSUID), bool(space.f_flag & os.ST_NODEV))
            print(1024 <= space.f_bavail * space.f_frsize >> 20 <= 1030, space.f_bavail <= space.f_blocks <= 1.03 * space.f_bavail, space.f_favail >= 1024 * 64 - 16)
            open("/tmp/run", "w").write("#!/bin/sh\necho ran\n"); os.chmod("/tmp/run", 0o755)
            print(os.popen("/tmp/run").read().strip())
            open("/dev/shm/file", "w").write("x"); print(oct(os.stat("/dev/shm").st_mode)[-4:])
            """, spec => spec with { EphemeralStorageMib = 1024 });
        Assert.Equal("1777 [] True True\nTrue True True\nran\n1777\n", text);
    }

    [Fact]
    public async Task What_is_in_tmp_does_not_count_as_the_functions_memory()
    {
        var (exit, text) = await _bench.RunAsync("python3", """
            import hashlib, os
            block, written, read = os.urandom(1 << 20), hashlib.sha256(), hashlib.sha256()
            with open("/tmp/file", "wb") as file:
                for i in range(400):
                    part = block[i:] + block[:i]
                    written.update(part)
                    file.write(part)
            with open("/tmp/file", "rb") as file:
                while part := file.read(1 << 20): read.update(part)
            print(written.digest() == read.digest())
            """, spec => spec with { MemoryMib = 128 });
        Assert.Equal("True\n", text);
        Assert.Equal(new SandboxExit(0, null, OutOfMemory: false), exit);
    }

    [Theory]
    [InlineData("buffering=0", 1 << 20)]
    [InlineData("buffering=0", 4_096)]
    [InlineData("buffering=65536", 777)]
    public async Task A_full_tmp_is_an_error_at_its_size_and_not_a_want_of_memory(string opening, int bytes)
    {
        var (exit, text) = await _bench.RunAsync("python3", Attempt + $"""
            written, block = 0, b"x" * {bytes}
            file = open("/tmp/file", "wb", {opening})
            try:
                while True: written += file.write(block)
            except OSError as error:
                print(512 <= written >> 20 <= 520, errno.errorcode[error.errno])
            os.unlink("/tmp/file")
            try: file.close()
            except OSError: pass
            attempt("again", lambda: open("/tmp/file", "wb").write(b"x" * (100 << 20)) and None)
            """, spec => spec with { MemoryMib = 128 });
        Assert.Equal("True ENOSPC\nagain ok \n", text);
        Assert.Equal(new SandboxExit(0, null, OutOfMemory: false), exit);
    }

    [Fact]
    public async Task Files_without_number_and_files_of_holes_take_no_more_of_tmp_than_its_size()
    {
        var (exit, text) = await _bench.RunAsync("python3", Attempt + """
            with open("/tmp/holes", "wb") as file:
                file.truncate(1 << 40)
                print(os.stat("/tmp/holes").st_blocks)
                attempt("reserve", lambda: os.posix_fallocate(file.fileno(), 0, 1 << 40))
                attempt("scatter", lambda: [os.pwrite(file.fileno(), b"x", i << 22) for i in range(200_000)] and None)
                attempt("written", lambda: os.fsync(file.fileno()))
            os.unlink("/tmp/holes")
            files = 0
            try:
                while True:
                    os.close(os.open(f"/tmp/{files}", os.O_CREAT | os.O_WRONLY))
                    files += 1
            except OSError as error:
                print(32_700 <= files <= 33_500, errno.errorcode[error.errno])
            """, spec => spec with { MemoryMib = 128 });
        Assert.Equal("0\nreserve ENOSPC\nscatter ENOSPC\nwritten ok \nTrue ENOSPC\n", text);
        Assert.Equal(new SandboxExit(0, null, OutOfMemory: false), exit);
    }

    [Fact]
    public async Task A_program_in_tmp_has_no_privileges_by_its_mode_and_a_device_cannot_be_made_there()
    {
        var text = await TryAsync("""
            import shutil, subprocess
            shutil.copy("/usr/bin/id", "/tmp/id")
            attempt("setuid", lambda: os.chmod("/tmp/id", 0o6755))
            print(subprocess.run(["/tmp/id", "-u"], capture_output=True, text=True).stdout.strip())
            attempt("give away", lambda: os.chown("/tmp/id", 0, 0))
            attempt("capabilities", lambda: os.setxattr("/tmp/id", "security.capability", bytes.fromhex("0100000200200000000000000000000000000000")))
            attempt("null", lambda: os.mknod("/tmp/null", 0o20666, os.makedev(1, 3)))
            """);
        Assert.Equal("setuid ok \n993\ngive away EPERM\ncapabilities EPERM\nnull EPERM\n", text);
    }

    [Fact]
    public async Task Nothing_of_the_machine_is_in_the_root()
    {
        var text = await TryAsync("""
            print(sorted(os.listdir("/")))
            print([name for name in ("/etc/shadow", "/etc/ssh", "/etc/ssl/private", "/root", "/proc/1/root/home/user") if os.path.exists(name)])
            print(socket.gethostname(), open("/etc/hostname").read().strip())
            attempt("kcore", lambda: len(open("/proc/kcore", "rb").read(1))) # It has none, or an empty one in its place.
            attempt("block", lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0)))
            print(sorted(os.listdir("/dev")))
            """);
        var lines = text.Split('\n');
        Assert.DoesNotContain("work", lines[0]);
        Assert.DoesNotContain("boot", lines[0]);
        Assert.Equal("[]", lines[1]);
        Assert.Equal("sandbox sandbox", lines[2]);
        Assert.NotEqual("kcore ok 1", lines[3]);
        Assert.Equal("block EPERM", lines[4]);
        Assert.DoesNotContain("'sd", lines[5]);
        Assert.DoesNotContain("vd", lines[5]);
        Assert.DoesNotContain("mem", lines[5]);
    }

    [Fact]
    public async Task Other_processes_are_invisible()
    {
        var text = await TryAsync("""
            print(sorted(name for name in os.listdir("/proc") if name.isdigit()) == ["1", str(os.getpid())], os.getppid())
            print(open("/proc/1/cmdline").read().split("\0")[0])
            attempt("kill", lambda: os.kill(1, 9)); attempt("other", lambda: os.kill(os.getpid() + 1, 9))
            """);
        Assert.Equal(["True 1", "/init", "kill ok", "other ESRCH"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()));
    }

    [Fact]
    public async Task Orphans_are_reaped()
    {
        var text = await TryAsync("""
            import subprocess, time
            for i in range(50): subprocess.run(["sh", "-c", "(true &)"])
            while len([name for name in os.listdir("/proc") if name.isdigit()]) > 2: time.sleep(0.01)
            print("none left")
            """);
        Assert.Equal("none left\n", text);
    }

    [Fact]
    public async Task A_program_that_cannot_be_executed_after_all_says_so_in_the_output()
    {
        var (exit, text) = await _bench.RunAsync("sh", "#!/no/such/interpreter\n", spec =>
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Path.Combine(spec.TaskDirectory, "program"), (UnixFileMode)0b111_101_101);
            return spec with { Command = ["{task}/program"] };
        });
        Assert.Equal(127, exit.ExitCode);
        Assert.Equal("The runtime's program could not be executed: No such file or directory\n", text);
    }

    [Fact]
    public async Task A_program_of_the_machine_outside_its_system_folders_does_not_exist()
    {
        var program = Path.Combine(_bench.Data, "tool");
        File.Copy("/bin/true", program);
        var failure = await Assert.ThrowsAsync<SandboxStartException>(() => _bench.StartAsync(_bench.Spec("sh", "") with { Command = [program] }));
        Assert.Contains("does not exist", failure.Message);
    }

    [Fact]
    public async Task Namespaces_mounts_traces_and_kernel_interfaces_are_refused()
    {
        var text = await TryAsync("""
            call("unshare", 0x10000000); call("unshare", 0x40000000); call("setns", 0, 0)
            call("mount", b"none", b"/tmp", b"tmpfs", 0, None); call("umount2", b"/proc", 2)
            call("chroot", b"/tmp"); call("ptrace", 0, 0, 0, 0)
            for number, name in ((425, "io_uring_setup"), (250, "keyctl"), (323, "userfaultfd"), (298, "perf_event_open"), (321, "bpf"),
                                 (310, "process_vm_readv"), (428, "open_tree"), (430, "fsopen"), (246, "kexec_load"), (175, "init_module")):
                result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
                print(name, "ok" if result >= 0 else errno.errorcode[ctypes.get_errno()])
            print("clone", "ok" if libc.syscall(56, 0x10000011, 0, 0, 0, 0) >= 0 else errno.errorcode[ctypes.get_errno()])
            print("clone3", "ok" if libc.syscall(435, 0, 0) >= 0 else errno.errorcode[ctypes.get_errno()])
            """);
        Assert.Equal(19, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Equal(line.StartsWith("clone3", StringComparison.Ordinal) ? "clone3 ENOSYS" : line.Split(' ')[0] + " EPERM", line);
    }

    [Fact]
    public async Task Only_ordinary_sockets_can_be_made()
    {
        var text = await TryAsync("""
            attempt("packet", lambda: socket.socket(17, socket.SOCK_RAW, 0))
            attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM, 0))
            attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
            attempt("audit", lambda: socket.socket(16, socket.SOCK_RAW, 9))
            attempt("unix", lambda: socket.socketpair()[0].close())
            attempt("tcp", lambda: socket.socket().close())
            """);
        Assert.Equal(["packet EPERM", "vsock EPERM", "raw EPERM", "audit EPERM", "unix ok", "tcp ok"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()));
    }

    [Fact]
    public async Task The_machines_loopback_and_other_networks_are_unreachable()
    {
        using var host = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        host.Bind(new IPEndPoint(IPAddress.Any, 0));
        host.Listen();
        var port = ((IPEndPoint)host.LocalEndPoint!).Port;
        var text = await TryAsync($"""
            def reach(address, port):
                with socket.socket() as s: s.connect((address, port))
            attempt("loopback", lambda: reach("127.0.0.1", {port}))
            attempt("metadata", lambda: reach("169.254.169.254", 80))
            attempt("internet", lambda: reach("192.0.2.1", 80))
            attempt("own", lambda: reach("127.0.0.1", 9001))
            print([name for _, name in socket.if_nameindex()])
            """);
        Assert.Equal(["loopback ECONNREFUSED", "metadata ENETUNREACH", "internet ENETUNREACH", "own ok", "['lo']"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()));
    }

    [Fact]
    public async Task Each_sandbox_reaches_its_own_runtime_api_at_the_same_address()
    {
        const string program = """
            import urllib.request
            print(urllib.request.urlopen("http://127.0.0.1:9001/").read().decode())
            """;
        var first = await _bench.RunAsync("python3", program, spec => spec with { ServeRuntimeApi = SandboxBench.Answer("first") });
        var second = await _bench.RunAsync("python3", program, spec => spec with { ServeRuntimeApi = SandboxBench.Answer("second") });
        Assert.Equal(("first\n", "second\n"), (first.Text, second.Text));
    }

    [Fact]
    public async Task The_number_of_processes_is_limited()
    {
        var text = await TryAsync("""
            import time
            children = 0
            try:
                while children < 3000:
                    if os.fork() == 0: time.sleep(600)
                    children += 1
            except OSError as error:
                print(children, errno.errorcode[error.errno], flush=True)
            """);
        Assert.Equal("1022 EAGAIN\n", text);
    }

    [Fact]
    public async Task The_number_of_open_files_is_limited()
    {
        var text = await TryAsync("""
            files = []
            try:
                while True: files.append(os.open("/dev/null", os.O_RDONLY))
            except OSError as error:
                print(len(files) > 1000, files[-1], errno.errorcode[error.errno])
            """);
        Assert.Equal("True 1023 EMFILE\n", text);
    }

    [Fact]
    public async Task A_function_that_takes_more_memory_than_it_has_is_reported_out_of_memory()
    {
        var (exit, text) = await _bench.RunAsync("python3", "block = bytearray(300 << 20)\nfor i in range(0, len(block), 4096): block[i] = 1\nprint('still here')", spec => spec with { MemoryMib = 128 });
        Assert.Equal(new SandboxExit(null, 9, OutOfMemory: true), exit);
        Assert.Equal("", text);
    }

    [Fact]
    public async Task A_child_killed_for_want_of_memory_is_seen_while_the_runtime_lives()
    {
        var output = new CollectingOutput();
        var sandbox = await _bench.StartAsync(_bench.Spec("python3", """
            import subprocess, sys, time
            child = subprocess.run([sys.executable, "-c", "b = bytearray(300 << 20)\nfor i in range(0, len(b), 4096): b[i] = 1"])
            print("child", child.returncode, flush=True)
            time.sleep(600)
            """, output) with { MemoryMib = 128 });
        await output.WaitForAsync("child -9");
        Assert.True(sandbox.OutOfMemory);
        Assert.InRange(sandbox.PeakMemoryBytes, 100 << 20, 128 << 20);
        await sandbox.StopAsync(keepScratch: false);
        Assert.True((await sandbox.Exited).OutOfMemory);
        Assert.InRange(sandbox.PeakMemoryBytes, 100 << 20, 128 << 20); // The last value stays.
    }

    [Theory]
    [InlineData(128, 1447)]
    [InlineData(1769, 20_000)]
    [InlineData(10_240, 115_771)]
    public async Task The_cpu_share_of_the_memory_applies_after_the_init_phase(int memoryMib, int quota)
    {
        var id = SandboxBench.NewId();
        var sandbox = await _bench.StartAsync(_bench.Spec("sleep", "", id: id) with { Command = ["sleep", "600"], MemoryMib = memoryMib });
        Assert.True(Quota(id.Value) >= 20_000);
        sandbox.ApplyCpuShare();
        Assert.Equal(quota, Quota(id.Value));
    }

    [Fact]
    public async Task A_runtime_sees_its_own_memory_limit()
    {
        var (_, text) = await _bench.RunAsync("node", "console.log(process.constrainedMemory() / 1048576, process.version.split('.')[0])");
        Assert.StartsWith("512 v", text);
    }

    [Fact]
    public async Task Node_and_python_with_threads_and_children_run_under_the_filter()
    {
        var (node, nodeText) = await _bench.RunAsync("node", """
            const { Worker } = require('worker_threads'), fs = require('fs'), crypto = require('crypto');
            const out = require('child_process').execSync('echo child').toString().trim();
            new Worker("require('worker_threads').parentPort.postMessage('thread')", { eval: true }).on('message', m =>
              fs.promises.writeFile('/tmp/f', crypto.randomBytes(8)).then(() => console.log(out, m, fs.statSync('/tmp/f').size)));
            """);
        Assert.Equal((0, "child thread 8\n"), (node.ExitCode, nodeText));
        var (python, pythonText) = await _bench.RunAsync("python3", """
            import asyncio, concurrent.futures, multiprocessing, sqlite3, ssl, subprocess, tempfile, zoneinfo
            with concurrent.futures.ThreadPoolExecutor() as pool: print(sum(pool.map(lambda x: x * x, range(10))))
            with multiprocessing.Pool(2) as pool: print(sum(pool.map(abs, range(10))))
            print(len(ssl.create_default_context().get_ca_certs()) > 10, asyncio.run(asyncio.sleep(0, "async")), sqlite3.connect(tempfile.mktemp()).execute("select 1").fetchone())
            """);
        Assert.Equal("285\n45\nTrue async (1,)\n", pythonText);
        Assert.Equal(0, python.ExitCode);
    }

    private int Quota(string id)
    {
        var layout = CgroupLayout.Detect(CgroupLayout.DefaultRoot, out _)!;
        var group = Path.Combine(layout.Cpu, "hearth", SandboxInstance.Of(_bench.Data), id);
        return int.Parse(File.ReadAllText(Path.Combine(group, layout.IsUnified ? "cpu.max" : "cpu.cfs_quota_us")).Split(' ')[0]);
    }

    private async Task<string> TryAsync(string program, Func<SandboxSpec, SandboxSpec>? change = null) =>
        (await _bench.RunAsync("python3", Attempt + program, change)).Text;
}

[Collection("sandboxes")]
public sealed class OwnLauncherIsolationTests() : ContainerIsolationTests("own");

[Collection("sandboxes")]
public sealed class RuncIsolationTests() : ContainerIsolationTests("runc");
