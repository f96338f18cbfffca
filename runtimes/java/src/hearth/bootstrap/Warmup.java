package hearth.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Goes once through what the first invocation will need, so that its classes are loaded while a blank process waits:
 * a connection, an event, a proxy, an answer, a failure. Nothing of it is seen outside this process.
 */
final class Warmup {
    private static final String EVENT = "{\"text\":\"\\u00e9\",\"numbers\":[1,2.5,null,true],\"inner\":{\"name\":\"x\"}}";

    private static final String EVENT_NAME = "HEARTH_WARM_UP";

    private Warmup() {
    }

    /** A bean with what beans have. */
    public record Sample(String text, List<Object> numbers, Map<String, String> inner) {
    }

    /** Stands for a handler. */
    public static Object handle(Map<String, Object> event) {
        return event;
    }

    static void run() throws IOException {
        try {
            exchange();
            LambdaContext context = new LambdaContext(Map.of("lambda-runtime-client-context", "{}"));
            Handler handler = new HandlerLoader(new TaskClasses("/nonexistent")).ofMethod(Warmup.class, "handle");
            Body body = new Body();
            handler.invoke(EVENT.getBytes(StandardCharsets.UTF_8), context, body);
            Object bean = Binder.bind(JsonReader.read(EVENT), Sample.class);
            JsonWriter.write(bean);
            JsonWriter.write(Stacks.report(new IllegalStateException("none", new IOException())));
            Fault.forLog(Fault.of("none", new IOException(), false));
            ((Callable<?>) context.as(Callable.class)).call();
            Environment.put(EVENT_NAME, EVENT);
            Environment.remove(EVENT_NAME);
        } catch (Throwable e) {
            throw new IllegalStateException("The runtime is broken", e);
        }
    }

    /** A reply read from memory; and a socket that is connected to nothing. */
    private static void exchange() throws IOException {
        byte[] reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.UTF_8);
        new ReplyReader(new ByteArrayInputStream(reply)).read();
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            InetAddress.getByName("127.0.0.1");
        }
    }
}
