package hearth.bootstrap;

import java.io.IOException;

/** Hearth's Java runtime: loads a function's handler, then serves invocations until the node hangs up. */
public final class Bootstrap {
    private Bootstrap() {
    }

    /** @param arguments none */
    public static void main(String[] arguments) {
        int status = 1;
        try {
            Output.setUp();
            status = Assignment.await() ? run() : 0;
        } catch (Throwable e) {
            System.err.println(e);
        }
        Output.flush();
        // Not exit: neither threads nor hooks of the function may keep a process whose node is gone.
        Runtime.getRuntime().halt(status);
    }

    private static int run() throws IOException {
        @SuppressWarnings("resource") // open until the process ends
        RuntimeApi api = new RuntimeApi(Environment.get("AWS_LAMBDA_RUNTIME_API"));
        Invocations invocations = new Invocations(api);
        String task = Environment.get("LAMBDA_TASK_ROOT");
        TaskClasses classes = new TaskClasses(task == null ? System.getProperty("user.dir") : task);
        Thread.currentThread().setContextClassLoader(classes);
        Output.shareLogger(classes);
        Handler handler = null;
        Fault fault = null;
        try {
            handler = new HandlerLoader(classes).load(String.valueOf(Environment.get("_HANDLER")));
        } catch (Fault e) {
            fault = e;
        }
        try {
            if (fault != null && fault.fatal) {
                invocations.failInit(fault);
            } else {
                invocations.serve(handler, fault);
            }
            return 1;
        } catch (IOException e) {
            return 0; // the node has hung up
        }
    }
}
