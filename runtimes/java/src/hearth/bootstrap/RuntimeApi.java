package hearth.bootstrap;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The Runtime API over one kept-alive HTTP/1.1 connection. */
final class RuntimeApi implements Closeable {
    private static final String PREFIX = "/2018-06-01/runtime/";
    /** The largest response the node takes, in bytes. */
    private static final int LARGEST_BODY = 6_291_556;
    /** From here on a body is not copied together with its head. */
    private static final int SEPARATE_BODY = 64 * 1024;

    private final String address;
    private final byte[] next;
    private OutputStream output;
    private ReplyReader replies;

    /** @param address host:port */
    RuntimeApi(String address) throws IOException {
        this.address = address;
        next = latin1("GET " + PREFIX + "invocation/next HTTP/1.1\r\nHost: " + address + "\r\n\r\n");
        connect();
    }

    private void connect() throws IOException {
        int colon = address.lastIndexOf(':');
        Socket socket = new Socket(InetAddress.getByName(address.substring(0, colon)), Integer.parseInt(address.substring(colon + 1)));
        socket.setTcpNoDelay(true);
        output = socket.getOutputStream();
        replies = new ReplyReader(socket.getInputStream());
    }

    @Override
    public void close() throws IOException {
        output.close(); // and with it the connection
    }

    void askNext() throws IOException {
        output.write(next);
    }

    Reply read() throws IOException {
        return replies.read();
    }

    /**
     * Sends an outcome and, in the same write, asks for the next invocation; returns once the outcome is accepted.
     * @param errorType null for a response, and for an error that has none
     */
    void post(String path, Body body, String errorType, boolean thenNext) throws IOException {
        Reply reply;
        try {
            send(head(path, body.size(), errorType), body, thenNext);
            reply = read();
        } catch (IOException e) {
            if (body.size() <= LARGEST_BODY || !thenNext) {
                throw e;
            }
            // The node stops reading a body over its limit, answers the caller by itself, and may hang up on us.
            connect();
            askNext();
            return;
        }
        if (reply.status() == 413 && reply.closes()) {
            connect();
            askNext();
        } else if (reply.status() != 202 && reply.status() != 413) {
            throw new IllegalStateException("The Runtime API answered " + reply.status() + " to " + path);
        }
    }

    private void send(byte[] head, Body body, boolean thenNext) throws IOException {
        byte[] tail = thenNext ? next : new byte[0];
        if (body.size() >= SEPARATE_BODY) {
            output.write(head);
            body.writeTo(output);
            output.write(tail);
            return;
        }
        byte[] all = new byte[head.length + body.size() + tail.length];
        System.arraycopy(head, 0, all, 0, head.length);
        body.copyTo(all, head.length);
        System.arraycopy(tail, 0, all, head.length + body.size(), tail.length);
        output.write(all);
    }

    private byte[] head(String path, int length, String errorType) {
        return latin1("POST " + PREFIX + path + " HTTP/1.1\r\nHost: " + address + "\r\nContent-Type: application/json\r\n"
            + (errorType == null ? "" : "Lambda-Runtime-Function-Error-Type: " + headerText(errorType) + "\r\n")
            + "Content-Length: " + length + "\r\n\r\n");
    }

    private static String headerText(String text) {
        StringBuilder safe = new StringBuilder(text);
        for (int i = 0; i < safe.length(); i++) {
            if (safe.charAt(i) < ' ' || safe.charAt(i) > '~') {
                safe.setCharAt(i, '?');
            }
        }
        return safe.toString();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
