package hearth.bootstrap;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A failure to find or make the handler, which is told without a stack. One that is not fatal is the answer to each
 * invocation; a fatal one is a failed init. Source for which is which: Lambda's own runtime, aws-lambda-java-libs.
 */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A class name, or null. */
    final String type;
    final String trace;
    final boolean fatal;

    private Fault(String message, String type, String trace, boolean fatal) {
        super(message, null, false, false);
        this.type = type;
        this.trace = trace;
        this.fatal = fatal;
    }

    static Fault of(String message) {
        return new Fault(message, null, null, false);
    }

    static Fault of(String message, Throwable error, boolean fatal) {
        return new Fault(message, error.getClass().getName(), trace(error), fatal);
    }

    static String messageOf(Throwable error) {
        String message = error.getLocalizedMessage();
        return message == null ? error.getClass().getName() : message;
    }

    /** As for the log: message, type, and the stack as Java prints it. */
    static String forLog(Throwable error) {
        if (error instanceof Fault fault) {
            return fault.type == null ? fault.getMessage() : fault.getMessage() + ": " + fault.type + "\n" + fault.trace;
        }
        return messageOf(error) + ": " + error.getClass().getName() + "\n" + trace(error);
    }

    private static String trace(Throwable error) {
        StringWriter text = new StringWriter();
        Stacks.cut(error).printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }
}
