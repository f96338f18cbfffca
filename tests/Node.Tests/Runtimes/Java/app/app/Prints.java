package app;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;

public class Prints {
    public static void lines(Object event, Context context) {
        System.out.println("out é");
        System.err.print("err\n");
        System.out.print("half");
    }

    public static void logger(Object event, Context context) {
        context.getLogger().log("one");
        context.getLogger().log("two\n".getBytes());
        LambdaRuntime.getLogger().log("three");
    }

    public static void replaced(Object event, Context context) {
        System.setOut(new PrintStream(new BufferedOutputStream(System.out)));
        System.out.println("own");
    }

    public static void child(Object event, Context context) throws IOException, InterruptedException {
        new ProcessBuilder("/bin/echo", "child").inheritIO().start().waitFor();
    }

    public static void thread(Object event, Context context) throws InterruptedException {
        Thread thread = new Thread(() -> { throw new IllegalStateException("in a thread"); }, "worker");
        thread.start();
        thread.join();
    }
}
