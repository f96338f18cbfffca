package hearth.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;

/**
 * A blank start: the process is begun before it is known which function it will run. It waits for the environment
 * variables on the descriptor that HEARTH_ASSIGNMENT_FD names, as NAME=VALUE records that end in NUL.
 */
final class Assignment {
    private static final String DESCRIPTOR = "HEARTH_ASSIGNMENT_FD";

    private Assignment() {
    }

    /** Whether there is something to run; at once where this start is an ordinary one. */
    static boolean await() throws IOException {
        String descriptor = Environment.get(DESCRIPTOR);
        if (descriptor == null) {
            return true;
        }
        WorkingDirectory.prepare();
        Warmup.run();
        byte[] records = read(Integer.parseInt(descriptor));
        Environment.remove(DESCRIPTOR);
        if (records.length == 0) {
            return false;
        }
        for (String record : new String(records, StandardCharsets.UTF_8).split("\0")) {
            int equals = record.indexOf('=', 1);
            Environment.put(record.substring(0, equals), record.substring(equals + 1));
        }
        enterTask();
        return true;
    }

    private static void enterTask() {
        String task = Environment.get("LAMBDA_TASK_ROOT");
        WorkingDirectory.change(task);
        System.setProperty("user.dir", task);
        // Read by Java when a function first asks for the time zone; the C library's own view of TZ is not changed.
        String zone = Environment.get("TZ");
        if (zone != null) {
            System.setProperty("user.timezone", zone.startsWith(":") ? zone.substring(1) : zone);
        }
    }

    /** By its number: opening /proc/self/fd/4 instead would ask for a right to a pipe that another user made. */
    private static byte[] read(int number) throws IOException {
        try {
            Constructor<FileDescriptor> descriptor = FileDescriptor.class.getDeclaredConstructor(int.class);
            descriptor.setAccessible(true);
            try (FileInputStream stream = new FileInputStream(descriptor.newInstance(number))) {
                ByteArrayOutputStream records = new ByteArrayOutputStream();
                byte[] part = new byte[4096];
                // Not readAllBytes, which asks where in the file it is: a pipe has no such place.
                for (int count = stream.read(part); count > 0; count = stream.read(part)) {
                    records.write(part, 0, count);
                }
                return records.toByteArray();
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This Java makes its descriptors otherwise", e);
        }
    }
}
