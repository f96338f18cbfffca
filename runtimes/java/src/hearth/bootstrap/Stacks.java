package hearth.bootstrap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a thrown object looks to the caller, and its stack without the runtime's own frames. */
final class Stacks {
    private static final String OWN = Stacks.class.getPackageName() + ".";

    private Stacks() {
    }

    /** The members of an error report. */
    static Map<String, Object> report(Throwable error) {
        if (error instanceof Fault fault) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("errorMessage", fault.getMessage());
            report.put("errorType", fault.type);
            return report;
        }
        return report(cut(error), Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static Map<String, Object> report(Throwable error, Set<Throwable> told) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("errorMessage", Fault.messageOf(error));
        report.put("errorType", error.getClass().getName());
        List<String> frames = new ArrayList<>();
        for (StackTraceElement frame : error.getStackTrace()) {
            frames.add(frame.toString());
        }
        report.put("stackTrace", frames);
        told.add(error);
        if (error.getCause() != null && !told.contains(error.getCause())) {
            report.put("cause", report(error.getCause(), told));
        }
        return report;
    }

    /** Takes the runtime's frames off an error and all that it carries. */
    static Throwable cut(Throwable error) {
        cut(error, Collections.newSetFromMap(new IdentityHashMap<>()));
        return error;
    }

    private static void cut(Throwable error, Set<Throwable> seen) {
        if (error == null || !seen.add(error)) {
            return;
        }
        StackTraceElement[] frames = error.getStackTrace();
        int end = 0;
        while (end < frames.length && !frames[end].getClassName().startsWith(OWN)) {
            end++;
        }
        if (end < frames.length) {
            while (end > 0 && isReflection(frames[end - 1].getClassName())) {
                end--;
            }
            error.setStackTrace(Arrays.copyOf(frames, end));
        }
        cut(error.getCause(), seen);
        for (Throwable suppressed : error.getSuppressed()) {
            cut(suppressed, seen);
        }
    }

    /** What stands between our call and the function's method. */
    private static boolean isReflection(String name) {
        return name.startsWith("java.lang.reflect.") || name.startsWith("jdk.internal.reflect.") || name.startsWith("java.lang.invoke.");
    }
}
