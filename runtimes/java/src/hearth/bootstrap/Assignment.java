package hearth.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
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
        ProcessState.prepare();
        Warmup.run();
        sayReady();
        byte[] records = read(Integer.parseInt(descriptor));
        if (records.length == 0) {
            return false;
        }
        Environment.remove(DESCRIPTOR);
        ProcessState.setVariable(DESCRIPTOR, null);
        for (String record : new String(records, StandardCharsets.UTF_8).split("\0")) {
            int equals = record.indexOf('=', 1);
            String name = record.substring(0, equals);
            String value = record.substring(equals + 1);
            Environment.put(name, value);
            ProcessState.setVariable(name, value);
        }
        // Even where it is there already: another folder has been mounted over it.
        ProcessState.changeDirectory(Environment.get("LAMBDA_TASK_ROOT"));
        return true;
    }

    /** A zero byte on standard output, which the node takes for itself. */
    private static void sayReady() throws IOException {
        new FileOutputStream(FileDescriptor.out).write(0);
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
