import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The functions that the bench deploys, in Java; as a program it does nothing. */
public class Functions {
    public static void main(String[] arguments) {
        // The plain start that a cold one is measured beside.
    }

    public static Map<String, Object> echo(Map<String, Object> event) {
        return event;
    }

    public static Map<String, Object> whoami() throws IOException {
        return Map.of("pid", ProcessHandle.current().pid(), "namespace", Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString());
    }
}
