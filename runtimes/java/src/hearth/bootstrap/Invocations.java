package hearth.bootstrap;

import java.io.IOError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Serves invocations one after the other. */
final class Invocations {
    private final RuntimeApi api;
    private final Body body = new Body();

    Invocations(RuntimeApi api) {
        this.api = api;
    }

    /**
     * Returns when a failure has been reported that ends the process.
     * @param fault what every invocation is answered with where there is no handler
     */
    void serve(Handler handler, Fault fault) throws IOException {
        api.askNext();
        boolean last = false;
        while (!last) {
            Reply next = api.read();
            if (next.status() != 200) {
                throw new IllegalStateException("The Runtime API answered " + next.status() + " to next");
            }
            Throwable error = fault == null ? run(handler, next) : fault;
            String errorType = null;
            if (error != null) {
                // The Java machine itself is in trouble: nothing more can be expected of it.
                last = error instanceof VirtualMachineError || error instanceof IOError;
                errorType = fail(error);
            }
            Output.flush();
            Thread.interrupted(); // the handler may have been, and the next one has not
            String path = "invocation/" + next.headers().get("lambda-runtime-aws-request-id");
            api.post(path + (error == null ? "/response" : "/error"), body, errorType, !last);
        }
    }

    /** A handler or its class that cannot be made is a failed init. */
    void failInit(Throwable error) throws IOException {
        String type = fail(error);
        Output.flush();
        api.post("init/error", body, type, false);
    }

    private Throwable run(Handler handler, Reply invocation) {
        body.reset();
        try {
            Environment.traceId(invocation.headers().get("lambda-runtime-trace-id"));
            handler.invoke(invocation.body(), new LambdaContext(invocation.headers()), body);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    /** Logs an error, makes its report the body, and tells its type. */
    private String fail(Throwable error) throws IOException {
        Output.log(Fault.forLog(error));
        Map<String, Object> report = Stacks.report(error);
        body.reset();
        body.write(JsonWriter.write(report).getBytes(StandardCharsets.UTF_8));
        return (String) report.get("errorType");
    }
}
