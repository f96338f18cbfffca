package hearth.bootstrap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Takes replies off a connection; what has arrived of the following one waits in the buffer. */
final class ReplyReader {
    private final InputStream input;
    private byte[] buffer = new byte[16 * 1024];
    private int filled;

    ReplyReader(InputStream input) {
        this.input = input;
    }

    Reply read() throws IOException {
        int end = endOfHead(0);
        while (end < 0) {
            int searched = filled;
            receive();
            end = endOfHead(Math.max(0, searched - 3));
        }
        String[] lines = new String(buffer, 0, end, StandardCharsets.UTF_8).split("\r\n");
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip());
        }
        byte[] body = body(end + 4, Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Reply(Integer.parseInt(lines[0].substring(9, 12)), headers, body);
    }

    private byte[] body(int start, int length) throws IOException {
        byte[] body = new byte[length];
        int here = Math.min(length, filled - start);
        System.arraycopy(buffer, start, body, 0, here);
        System.arraycopy(buffer, start + here, buffer, 0, filled - start - here);
        filled -= start + here;
        if (input.readNBytes(body, here, length - here) < length - here) {
            throw new HungUp();
        }
        return body;
    }

    private int endOfHead(int from) {
        for (int i = from; i + 3 < filled; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void receive() throws IOException {
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * filled);
        }
        int count = input.read(buffer, filled, buffer.length - filled);
        if (count < 0) {
            throw new HungUp();
        }
        filled += count;
    }
}
