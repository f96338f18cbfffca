package hearth.bootstrap;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;

/** What a function prints and logs: in UTF-8, and in the pipe at once, so that nothing is lost to an exit or a kill. */
final class Output {
    private static Object logger;

    private Output() {
    }

    static void setUp() {
        // Not buffered, except by PrintStream for the length of one call: a line is one write.
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8));
    }

    /** After a handler, which may have put a buffered stream of its own in their place. */
    static void flush() {
        System.out.flush();
        System.err.flush();
    }

    /** One record. On Lambda a record needs no newline to end it; here the log is a stream of lines. */
    static void log(String text) {
        System.out.print(text.endsWith("\n") ? text : text + "\n");
    }

    /** @param type the function's LambdaLogger interface */
    static Object logger(Class<?> type) {
        if (logger == null) {
            logger = new Logger().as(type);
        }
        return logger;
    }

    /** Makes LambdaRuntime.getLogger() the same logger as the context's. */
    static void shareLogger(TaskClasses classes) {
        Class<?> type = classes.api("LambdaLogger");
        Class<?> runtime = type == null ? null : classes.api("LambdaRuntime");
        if (runtime == null) {
            return;
        }
        try {
            Field field = runtime.getDeclaredField("logger");
            field.setAccessible(true);
            field.set(null, logger(type));
        } catch (ReflectiveOperationException | LinkageError e) {
            // A version that keeps its logger elsewhere: that one prints to standard output by itself.
        }
    }

    private static final class Logger extends Likeness {
        /** log(String) and log(byte[]), and the same with a level. */
        @Override
        Object answer(Method method, Object[] arguments) {
            if ("log".equals(method.getName())) {
                String text = arguments[0] instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(arguments[0]);
                boolean leveled = arguments.length > 1 && !"UNDEFINED".equals(String.valueOf(arguments[1]));
                log(leveled ? "[" + arguments[1] + "] " + text : text);
            }
            return null;
        }
    }
}
