package hearth.bootstrap;

import java.util.Map;

/** A reply of the Runtime API; header names in lower case. */
record Reply(int status, Map<String, String> headers, byte[] body) {
    boolean closes() {
        return "close".equalsIgnoreCase(headers.get("connection"));
    }
}
