package hearth.bootstrap;

import java.lang.reflect.Field;
import java.util.Map;

/**
 * This process's environment variables. Java copies them once and hands out a read-only view; what is put here, into
 * the map below that view, is seen by System.getenv and by ProcessBuilder.environment; for a child whose environment is
 * left alone see ProcessState.
 */
final class Environment {
    private static final String TRACE_ID = "_X_AMZN_TRACE_ID";
    // What the AWS SDK and X-Ray read in Java, where an environment is not expected to change.
    private static final String TRACE_PROPERTY = "com.amazonaws.xray.traceHeader";

    private static Map<String, String> variables;

    private Environment() {
    }

    static String get(String name) {
        return System.getenv(name);
    }

    static void put(String name, String value) {
        writable().put(name, value);
    }

    static void remove(String name) {
        writable().remove(name);
    }

    /** Per invocation. A null clears it. */
    static void traceId(String value) {
        if (value != null) {
            System.setProperty(TRACE_PROPERTY, value);
            put(TRACE_ID, value);
        } else if (System.clearProperty(TRACE_PROPERTY) != null) {
            remove(TRACE_ID);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> writable() {
        if (variables == null) {
            try {
                Field inner = Class.forName("java.util.Collections$UnmodifiableMap").getDeclaredField("m");
                inner.setAccessible(true);
                variables = (Map<String, String>) inner.get(System.getenv());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("This Java keeps its environment variables otherwise", e);
            }
        }
        return variables;
    }
}
