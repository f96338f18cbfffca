package hostile;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Performs the attack that the event names, and answers with what it got. */
public final class Attacks {
    private static final List<Object> KEPT = new ArrayList<>();
    private static final Path CANARY = Path.of("/tmp/canary");
    private static int calls;

    private Attacks() {
    }

    public static String handle(Map<String, Object> event, Context context) throws Exception {
        try {
            return attack(event, context.getAwsRequestId());
        } catch (IOException e) {
            return nameOf(e);
        }
    }

    private static String attack(Map<String, Object> event, String id) throws Exception {
        String path = (String) event.get("path");
        switch ((String) event.get("attack")) {
            case "serve":
                if (!Files.exists(CANARY)) {
                    Files.writeString(CANARY, System.getenv("CANARY"));
                }
                return System.getenv("CANARY") + " " + Files.readString(CANARY) + " " + ++calls;
            case "call":
                return call(event);
            case "read":
                try (InputStream file = Files.newInputStream(Path.of(path))) {
                    file.readNBytes(64);
                }
                return "ok";
            case "write":
                Files.newOutputStream(Path.of(path), StandardOpenOption.WRITE, StandardOpenOption.CREATE).close();
                return "ok";
            case "fill":
                return fill(path, number(event, "most"));
            case "inodes":
                return inodes(path, number(event, "most"));
            case "files":
                List<InputStream> files = new ArrayList<>();
                return untilRefused(number(event, "most"), n -> files.add(Files.newInputStream(Path.of("/dev/null"))), files);
            case "connections":
                List<Socket> sockets = new ArrayList<>();
                return untilRefused(number(event, "most"), n -> sockets.add(api()), sockets);
            case "threads":
                return threads(number(event, "most"));
            case "children":
                List<Process> children = new ArrayList<>();
                String refused = untilRefused(number(event, "most"), n -> children.add(start("sleep", "600")), List.of());
                for (Process child : children) {
                    child.destroyForcibly().waitFor();
                }
                return refused;
            case "bomb":
                while (true) {
                    try {
                        start("/var/task/native", "bomb");
                    } catch (IOException | OutOfMemoryError e) {
                        // And again.
                    }
                }
            case "memory":
                List<Object> blocks = new ArrayList<>();
                for (int mib = 0; mib < number(event, "mib"); mib++) {
                    blocks.add(new byte[1 << 20]);
                }
                return "ok";
            case "memory_in_child":
                return "child " + (128 - start("tail", "/dev/zero").waitFor());
            case "burn":
                return burn(number(event, "seconds"));
            case "talk":
                return talk(event, id);
            case "reach":
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress((String) event.get("address"), number(event, "port")), 5000);
                }
                return "ok";
            case "say":
                byte[] text = ((String) event.get("text")).getBytes(StandardCharsets.UTF_8);
                for (int count = 0; number(event, "times") == 0 || count < number(event, "times"); count++) {
                    System.out.write(text, 0, text.length);
                }
                System.out.flush();
                return "ok";
            case "leave":
                if ("exit".equals(event.get("how"))) {
                    Runtime.getRuntime().halt(3);
                }
                shell("kill -9 " + ProcessHandle.current().pid()).waitFor();
                return "lived";
            case "signals":
                shell("n=1; while [ $n -le 64 ]; do kill -$n 1; n=$((n + 1)); done").waitFor();
                return "ok";
            case "linger":
                return linger();
            case "lingered":
                return Files.size(Path.of("/tmp/thread")) + " " + Files.size(Path.of("/tmp/child"));
            case "search":
                return search((String) event.get("needle"));
            default:
                throw new IllegalArgumentException((String) event.get("attack"));
        }
    }

    private static String call(Map<String, Object> event) throws IOException {
        List<String> command = new ArrayList<>(List.of("/var/task/native", "call", event.get("number").toString()));
        for (Object argument : (List<?>) event.get("arguments")) {
            command.add(argument instanceof String ? "\"" + argument : argument.toString());
        }
        return new String(new ProcessBuilder(command).start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String fill(String path, int most) throws Exception {
        byte[] block = new byte[1 << 20];
        try (OutputStream file = Files.newOutputStream(Path.of(path))) {
            return untilRefused(most, n -> file.write(block), List.of());
        } finally {
            Files.deleteIfExists(Path.of(path));
        }
    }

    private static String inodes(String path, int most) throws Exception {
        List<Path> made = new ArrayList<>();
        try {
            return untilRefused(most, n -> made.add(Files.createFile(Path.of(path, "" + n))), List.of());
        } finally {
            for (Path file : made) {
                Files.delete(file);
            }
        }
    }

    private static String threads(int most) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        List<Thread> started = new ArrayList<>();
        try {
            return untilRefused(most, n -> {
                Thread thread = new Thread(null, () -> waitFor(done), "" + n, 65536);
                thread.start();
                started.add(thread);
            }, List.of());
        } finally {
            done.countDown();
            for (Thread thread : started) {
                thread.join();
            }
        }
    }

    private static void waitFor(CountDownLatch done) {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String burn(int seconds) throws Exception {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long began = system.getProcessCpuTime();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        List<Thread> workers = new ArrayList<>();
        for (int worker = 0; worker < 4; worker++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
            });
            thread.start();
            workers.add(thread);
        }
        for (Thread worker : workers) {
            worker.join();
        }
        return (system.getProcessCpuTime() - began) / 1e9 + " " + (System.nanoTime() - start) / 1e9;
    }

    private static String talk(Map<String, Object> event, String id) {
        try {
            Socket socket = api();
            OutputStream out = socket.getOutputStream();
            try {
                out.write(((String) event.get("text")).replace("{id}", id).getBytes(StandardCharsets.UTF_8));
                if (event.get("times") != null) {
                    byte[] block = ((String) event.get("filler")).repeat(1024).getBytes(StandardCharsets.UTF_8);
                    for (int count = 0; count < number(event, "times"); count++) {
                        out.write(block);
                    }
                }
            } catch (IOException e) {
                // The answer may have come before all was sent.
            }
            if (event.get("left") != null) {
                KEPT.add(socket);
                return "left";
            }
            String head = new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
            socket.close();
            return head.isEmpty() ? "closed" : head.matches("HTTP/1\\.\\d \\d{3}") ? head.substring(9) : "no HTTP/1";
        } catch (IOException e) {
            return "closed";
        }
    }

    private static String linger() throws IOException {
        Thread thread = new Thread(() -> {
            while (true) {
                try {
                    Files.writeString(Path.of("/tmp/thread"), "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    Thread.sleep(5);
                } catch (IOException | InterruptedException e) {
                    return;
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        shell("while :; do printf x >> /tmp/child; sleep 0.005; done");
        return "left";
    }

    private static String search(String needle) throws IOException {
        String found = "hidden";
        List<Path> processes;
        try (var entries = Files.list(Path.of("/proc"))) {
            processes = entries.filter(entry -> entry.getFileName().toString().matches("\\d+")).toList();
        }
        for (Path process : processes) {
            for (String file : List.of("environ", "cmdline")) {
                try {
                    if (new String(Files.readAllBytes(process.resolve(file)), StandardCharsets.ISO_8859_1).contains(needle)) {
                        found = "found in " + process.resolve(file);
                    }
                } catch (IOException e) {
                    // Not to be read, or gone.
                }
            }
        }
        return processes.size() + " " + found;
    }

    private interface Step {
        void take(int number) throws Exception;
    }

    private static String untilRefused(int most, Step step, List<? extends AutoCloseable> held) throws Exception {
        int count = 0;
        try {
            for (; count < most; count++) {
                step.take(count);
            }
            return count + " full";
        } catch (IOException | OutOfMemoryError e) {
            return count + " " + nameOf(e);
        } finally {
            for (AutoCloseable one : held) {
                one.close();
            }
        }
    }

    private static Socket api() throws IOException {
        String[] address = System.getenv("AWS_LAMBDA_RUNTIME_API").split(":");
        return new Socket(address[0], Integer.parseInt(address[1]));
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static Process shell(String script) throws IOException {
        return start("/bin/sh", "-c", script);
    }

    private static int number(Map<String, Object> event, String name) {
        return ((Number) event.get(name)).intValue();
    }

    /** Java tells an error by the C library's text for it. */
    private static String nameOf(Throwable error) {
        String text = String.valueOf(error.getMessage());
        Map<String, String> names = Map.of(
            "not permitted", "EPERM", "Permission denied", "EACCES", "Read-only file system", "EROFS", "No space left", "ENOSPC",
            "Too many open files", "EMFILE", "unable to create native thread", "EAGAIN", "Resource temporarily unavailable", "EAGAIN",
            "Connection refused", "ECONNREFUSED", "Network is unreachable", "ENETUNREACH");
        if (error instanceof java.nio.file.NoSuchFileException) {
            return "ENOENT";
        }
        if (error instanceof java.nio.file.AccessDeniedException) {
            return "EACCES";
        }
        return names.entrySet().stream().filter(name -> text.contains(name.getKey())).map(Map.Entry::getValue).findFirst().orElse(error.toString());
    }
}
