package hearth.bootstrap;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The process's working directory, and the environment that its children inherit: Java itself cannot change them. */
final class ProcessState {
    private ProcessState() {
    }

    /** Where the jar lies, and what the runtime has beside it. */
    static Path folder() {
        return Path.of(System.getProperty("java.class.path")).toAbsolutePath().getParent();
    }

    /** Loads the library beside the jar. */
    static void prepare() {
        System.load(folder().resolve("libbootstrap.so").toString());
    }

    static void changeDirectory(String path) {
        if (!enter(terminated(path))) {
            throw new IllegalStateException("The working directory cannot be changed to " + path);
        }
    }

    /**
     * For children, and for what the C library reads of it, as TZ. Only while no thread of the function runs: another
     * one that reads the environment meanwhile would crash.
     * @param value null to remove it
     */
    static void setVariable(String name, String value) {
        if (!set(terminated(name), value == null ? null : terminated(value))) {
            throw new IllegalStateException("The variable cannot be set: " + name);
        }
    }

    private static byte[] terminated(String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    private static native boolean enter(byte[] path);

    private static native boolean set(byte[] name, byte[] value);
}
