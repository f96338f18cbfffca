package hearth.bootstrap;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Changes the process's working directory, for which Java itself has no way. */
final class WorkingDirectory {
    private WorkingDirectory() {
    }

    /** Loads the library beside the jar. */
    static void prepare() {
        Path jar = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        System.load(jar.resolveSibling("libbootstrap.so").toString());
    }

    static void change(String path) {
        if (!enter((path + '\0').getBytes(StandardCharsets.UTF_8))) {
            throw new IllegalStateException("The working directory cannot be changed to " + path);
        }
    }

    private static native boolean enter(byte[] terminatedPath);
}
