package app;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

public class Methods {
    private static int calls;

    public static String none() { return "none"; }
    public void nothing(Map<String, Object> event) { calls++; }
    public String instance(String event) { return event + event; }
    public static String onlyContext(Context context) { return context.getAwsRequestId(); }
    public static int count() { return ++calls; }

    public static String overloaded(String event) { return "shorter"; }
    public static String overloaded(String event, Context context) { return "with a context"; }
    public static String overloaded(String event, String other, Context context) { return "not a handler"; }

    public static List<Object> context(Object event, Context c) {
        int left = c.getRemainingTimeInMillis();
        return Arrays.asList(c.getFunctionName(), c.getFunctionVersion(), c.getMemoryLimitInMB(), c.getLogGroupName(), c.getLogStreamName(),
            c.getAwsRequestId(), c.getInvokedFunctionArn(), left > 0 && left <= 100_000, c.equals(c), c.hashCode() == c.hashCode(),
            c.getLogger() == LambdaRuntime.getLogger());
    }

    public static List<Object> caller(Object event, Context c) {
        if (c.getClientContext() == null) {
            return Arrays.asList(null, c.getIdentity());
        }
        return Arrays.asList(c.getClientContext().getClient().getAppTitle(), c.getClientContext().getClient().getInstallationId(),
            c.getClientContext().getCustom(), c.getClientContext().getEnvironment(), c.getIdentity().getIdentityId(), c.getIdentity().getIdentityPoolId());
    }

    public static String library() { return library.Library.name(); }

    public static boolean resource() { return Thread.currentThread().getContextClassLoader().getResource("data.txt") != null; }

    /** The working directory and a variable, as the function and a child of it see them. */
    public static List<Object> place(List<String> names) throws IOException {
        String variable = names.get(0);
        Process child = new ProcessBuilder("/bin/sh", "-c", "cat data.txt; echo \"$" + variable + "\"").start();
        try (FileInputStream file = new FileInputStream("data.txt")) {
            return List.of(new String(file.readAllBytes(), StandardCharsets.UTF_8),
                new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8), System.getenv(variable), System.getenv().get(variable),
                System.getenv().containsKey("HEARTH_ASSIGNMENT_FD"), java.util.TimeZone.getDefault().getID());
        }
    }

    public static List<String> trace() {
        return Arrays.asList(System.getenv("_X_AMZN_TRACE_ID"), System.getProperty("com.amazonaws.xray.traceHeader"));
    }

    public static String repeat(int count) { return "x".repeat(count); }

    public static int threads() {
        new Thread(() -> {
            try {
                Thread.sleep(600_000);
            } catch (InterruptedException e) {
                // nothing to do
            }
        }).start();
        Thread.currentThread().interrupt();
        return 1;
    }
}
