package hearth.bootstrap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

    static void run() throws IOException {
        try {
            serve(new HandlerLoader(new TaskClasses(ProcessState.folder().resolve("rehearsal").toString())).load("rehearsal.Echo::handle"));
            LambdaContext context = new LambdaContext(Map.of("lambda-runtime-client-context", "{}"));
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

    /** One invocation, by a Runtime API that has said all that it will say before it is asked. */
    private static void serve(Handler handler) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
             RuntimeApi api = new RuntimeApi("127.0.0.1:" + server.getLocalPort());
             Socket node = server.accept()) {
            node.getOutputStream().write(("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: none\r\nLambda-Runtime-Trace-Id: none\r\n"
                + "Content-Length: " + EVENT.length() + "\r\n\r\n" + EVENT
                + "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            node.shutdownOutput();
            new Invocations(api).serve(handler, null);
        } catch (HungUp end) {
            Environment.traceId(null);
        }
    }
}
