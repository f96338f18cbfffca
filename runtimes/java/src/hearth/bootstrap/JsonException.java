package hearth.bootstrap;

/** Text that is no JSON, JSON that does not fit a Java type, or a Java value that has no JSON. */
final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    JsonException(String message) {
        super(message);
    }

    JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
